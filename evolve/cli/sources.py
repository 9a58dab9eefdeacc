"""Code of the user's own that a command names: a domain, a network's build, a judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.errors import BallotError, EvolveError, SettingsError
from evolve.terminal.console import is_interactive, note
from evolve.terminal.options import DEFAULT_LISTENER

if TYPE_CHECKING:
    from evolve.domain import Domain
    from evolve.judging.simulated.description import ListenerDescription
    from evolve.records.ballot import Ballot
    from evolve.records.run import RunRecord
    from evolve.search.chosen_space import ChosenSpace
    from evolve.search.listening import ListeningSession
    from evolve.search.run_facts import Sources
    from evolve.search.steps import SessionJudge
    from evolve.user_code import UserCode

TERMINAL, PAGE, NONE = "terminal", "page", "none"


def complete_domain(incomplete: str) -> Iterator[str]:
    """Names of installed domains."""
    from evolve.domain_registry import named_domains

    return (name for name in named_domains() if name.startswith(incomplete))


def complete_judge(incomplete: str) -> Iterator[str]:
    """Words, and every simulated listener."""
    from evolve.judging.simulated.description import PREFIX
    from evolve.judging.simulated.listeners import KINDS

    judges = [TERMINAL, PAGE, NONE, *(f"{PREFIX}{kind}" for kind in KINDS)]
    return (judge for judge in judges if judge.startswith(incomplete))


@dataclass(frozen=True, slots=True)
class ChosenJudge:
    """Who ranks, as the option says.

    Attributes:
        ask: Has them rank; None: nobody does, or whoever needs to know the run first.
        as_typed: The option as it has to be given again; None where it has not.
        simulated: The simulated listener that is meant.
    """

    ask: "SessionJudge | None"
    as_typed: str | None = None
    simulated: "ListenerDescription | None" = None

    def listener(self, given: str) -> str:
        """Under which name they rank, where the option for that says this."""
        return self.simulated.listener_name if self.simulated and given == DEFAULT_LISTENER else given


DomainOption = Annotated[
    str | None,
    typer.Option(
        "--domain", metavar="NAME|FILE.py:NAME", autocompletion=complete_domain, show_default=False,
        help="What is bred: an installed domain, or code of your own: a function evaluate(hp, trial) or a domain, in a "
        "file or as module:NAME. Unset: as the space says.",
    ),
]  # fmt: skip
BuildOption = Annotated[
    str | None,
    typer.Option(
        "--build", metavar="FILE.py:NAME", show_default=False,
        help="A function of your own that builds the network, such as build(hp) for keras-tuner.",
    ),
]  # fmt: skip
OwnCode = Annotated[
    str | None,
    typer.Option(
        "--domain", metavar="FILE.py:NAME", show_default=False,
        help="The code that the run was begun with, where it is your own.",
    ),
]  # fmt: skip
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge", metavar="terminal|page|none|simulated:KIND|FILE.py:NAME", autocompletion=complete_judge,
        show_default=False,
        help="Who ranks: you, by prompts in this terminal or on a page in a browser; none: stop and say which command "
        "to give next; a simulated listener with a hidden taste, such as simulated:additive,noise=0.3 (additive, "
        "interacting, conditional, peaks, drifting, lazy, contrary, features); or a function judge(candidates) of your "
        'own, which gives "A > B = C ! D" or lists of letters, best first. Unset: the terminal where there is one.',
    ),
]  # fmt: skip


def space_of_file(given: str, domain: str | None = None, build: str | None = None) -> "ChosenSpace":
    """The search space of a file, of the domain that an option or the file itself names.

    Args:
        given: A path, or the name of a space that ships with evolve.
        domain: The option; None where it was not given.
        build: The same.

    Raises:
        EvolveError: There is no such space, domain or build, or one of them is not right.
    """
    from evolve.search.chosen_space import chosen_space
    from evolve.shipped import find_space

    name, text = find_space(given)
    beside = Path(given).parent if Path(given).is_file() else None
    return chosen_space(name, text, beside, domain=domain, build=build)


def given_sources(run: "RunRecord", domain: str | None = None, build: str | None = None) -> "Sources":
    """The code that a command names for a run that was begun with it.

    Raises:
        SettingsError: There is no such code, or the run was begun with another.
    """
    from evolve.search.chosen_space import given_code
    from evolve.search.run_facts import checked_sources

    name = domain if domain is not None and ":" not in domain else None
    sources = given_code(domain, build)
    for notice in checked_sources(run, sources, name):
        note(f"note: {notice}")
    return sources


def open_domain(run: "RunRecord", sources: "Sources") -> "Domain":
    """The run's domain, from then on known to whoever tells of the run.

    Raises:
        EvolveError: It needs code that the command has not named.
    """
    from evolve.search.run_facts import domain_source

    return domain_source(run, sources).open()


def chosen_judge(given: str | None) -> ChosenJudge:
    """Who ranks.

    For the page and simulated listeners, which need a run, nobody is asked yet.

    Raises:
        SettingsError: It is neither a word, nor a simulated listener, nor a function.
    """
    from evolve.errors import nearest_spelling
    from evolve.judging.simulated.description import PREFIX, is_simulated, parse_listener
    from evolve.user_code import check_name, read_code

    if given == PAGE:
        return ChosenJudge(None, PAGE)
    if given is None or given in (TERMINAL, NONE):
        from evolve.cli.ranking import terminal_judge

        return ChosenJudge(terminal_judge if is_interactive() and given != NONE else None)
    kind, colon, _ = given.partition(":")
    if not colon:
        near = nearest_spelling(kind, (TERMINAL, PAGE, NONE))
        raise typer.BadParameter(
            f"must be {TERMINAL}, {PAGE}, {NONE}, simulated:KIND or FILE.py:NAME, not {given}{near}",
            param_hint="--judge",
        )
    try:
        if is_simulated(given):
            return ChosenJudge(None, given, parse_listener(given))
        code = read_code(given)
        check_name(code)
        function = code.load()
    except SettingsError as error:
        near = "" if is_simulated(given) else nearest_spelling(kind, [PREFIX.rstrip(":")])
        raise SettingsError(f"--judge {error}{near}") from error
    return ChosenJudge(_judge_of(code, function), code.as_typed)


def _judge_of(code: "UserCode", function: object) -> "SessionJudge":
    if not callable(function):
        raise SettingsError(f"--judge {code.reference} is no function judge(candidates)")

    def judge(session: "ListeningSession") -> "tuple[Ballot, str]":
        from evolve.search.judges import judged_by
        from evolve.user_code import told_with_place

        try:
            return judged_by(function)(session)[0], code.reference
        except EvolveError as error:
            raise BallotError(f"--judge {code.reference}: {error}") from error
        except Exception as error:
            raise BallotError(f"--judge {code.reference}: {told_with_place(error)}; mend it and go on") from error

    return judge
