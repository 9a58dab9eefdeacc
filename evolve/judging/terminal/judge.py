"""A listener at a terminal: how to rank, then the ranking, then the ballot."""

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any

import questionary
from prompt_toolkit.application import create_app_session
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts import print_formatted_text

from evolve.errors import BallotError
from evolve.judging.draft import BallotDraft, Order
from evolve.judging.order import format_order, heart_in, parse_order
from evolve.judging.pairwise import most_questions
from evolve.judging.player import Player, player_command, silence_at_death
from evolve.judging.terminal.painting import STYLE
from evolve.judging.terminal.plain import describe, how_to_order, judge_by_lines
from evolve.judging.terminal.screen import Played, Save, Screen
from evolve.judging.terminal.view import More, View
from evolve.presentation import Presentation, is_heard, judged_file
from evolve.records.ballot import Ballot, Candidate
from evolve.words import counted, worded

_SMALLEST = (40, 12)
"""Columns and rows that the full screen needs."""


class _Way(StrEnum):
    """How to rank."""

    LIST = "list"
    PAIRS = "pairs"
    ORDER = "order"
    BROWSER = "browser"
    LATER = "later"


def judge(
    candidates: Sequence[Candidate],
    draft_steps: Sequence[Mapping[str, Any]],
    presentation: Presentation,
    *,
    save: Save,
    generation: int,
    listener: str,
    told: str = "",
    heard: Collection[tuple[str, int]] = (),
    played: Played = lambda _, __: None,
    more: More = lambda _: None,
    in_browser: Callable[[], None] | None = None,
    input: Input | None = None,  # noqa: A002 - prompt_toolkit's own name for it
    output: Output | None = None,
    player: Player | None = None,
) -> tuple[Ballot, str] | None:
    """Asks a listener for a ballot.

    Args:
        candidates: Those of one generation, in the order of their letters.
        draft_steps: The steps of a ballot begun before, as they were saved; empty at first.
        presentation: How the candidates' domain tells of them.
        save: Called with all steps so far after each one, so that nothing is lost whenever it ends.
        generation: From 0.
        listener: May be empty.
        told: What there is to know before judging, a sentence or two; may be empty.
        heard: (id, number) of the samples that were played before, here or elsewhere.
        played: Called with id and number of each sample that is played.
        more: Gives a candidate one more sample, by its id; None when it has no other.
        in_browser: Has the listener do it on a page, until that is done; None: that is not offered.
        input: The terminal by default, as `output` is.
        output: Where pages go.
        player: Found on this machine by default.

    Returns:
        The ballot and how it was made (``list``, ``pairs`` or ``order``); None when the listener will come back, or has
        done it on the page.

    Raises:
        KeyboardInterrupt: On Ctrl-C; the screen is restored, and nothing plays on.
    """
    draft = BallotDraft.begun([candidate.id for candidate in candidates], draft_steps)
    cast = {each.id: each for each in candidates}
    view = View(cast, f"generation {generation}", listener, draft, presentation, told, heard=frozenset(heard))
    if input is None and output is None and not _is_capable():
        ballot = judge_by_lines(view, more=more, heart=heart_in(sys.stdout.encoding))
        return None if ballot is None else _typed(view, ballot, save)
    sounding = player or Player()
    with create_app_session(input, output), sounding, silence_at_death(sounding):
        screen = partial(Screen, save=save, player=sounding, played=played, more=more)
        made = _judge(view, screen, save=save, in_browser=in_browser)
        if made is not None:
            _show_answer(format_order(made[0], view.letters))
        return made


def _judge(
    view: View, screen: Callable[[View], Screen], *, save: Save, in_browser: Callable[[], None] | None
) -> tuple[Ballot, str] | None:
    """Asks how to rank, until a ballot is made or the listener leaves."""
    offered = "" if in_browser is None else _browser_offered(view)
    while True:
        way = _ask_way(view.draft, view.title, offered)
        if way is _Way.LATER:
            return None
        if way is _Way.BROWSER and in_browser is not None:
            in_browser()
            return None
        if way is not _Way.ORDER:
            opened = replace(view, pairs=way is _Way.PAIRS, notice="" if view.draft.steps else _first_hint(way, view))
            return screen(opened).run()
        ballot = _ask_order(view)
        if ballot is not None:
            return _typed(view, ballot, save)


def _typed(view: View, ballot: Ballot, save: Save) -> tuple[Ballot, str]:
    save(view.draft.apply(Order(ballot, "order")).to_json())
    return ballot, "order"


def _first_hint(way: _Way, view: View) -> str:
    attend = view.wording.attend
    if way is _Way.PAIRS:
        return f"{attend} both, then press enter on the better one"
    return f"nothing is said yet, so all are tied: {attend.split()[0]}, and move up what you like"


def _browser_offered(view: View) -> str:
    """How the page is offered: as the way to hear, where this machine has no sound player."""
    if not is_heard(view.presentation):
        return "In the browser"
    files = [judged_file(view.presentation, one.files) for each in view.candidates.values() for one in each.samples]
    can_play = any(path is not None and player_command(path, os.environ) for path in files[:1])
    return "In the browser, with sound" + ("" if can_play else " (the way to hear: no sound player is found here)")


def _ask_way(draft: BallotDraft, title: str, browser: str = "") -> _Way:
    """The first question; `browser` is how the page is offered, if it is."""
    count, steps = len(draft.ids), len(draft.steps)
    begun = f" (go on after {counted(steps, 'step')})" if steps else ""
    by_pairs = bool(draft.answers) and draft.method == "list"
    most = most_questions(count)
    at_most = f"at most {worded(most, 'once', f'{most} times')}"
    choices = [
        questionary.Choice(f"Move them into order in a list{'' if by_pairs else begun}", _Way.LIST),
        questionary.Choice(f"Compare two at a time, {at_most}{begun if by_pairs else ''}", _Way.PAIRS),
        questionary.Choice("Type the order", _Way.ORDER),
        *([questionary.Choice(browser, _Way.BROWSER)] if browser else []),
        questionary.Choice("Later", _Way.LATER),
    ]
    message = f"How would you like to rank the {counted(count, 'candidate')} of {title}?"
    question = questionary.select(message, choices, default=_Way.PAIRS if by_pairs else _Way.LIST, style=STYLE)
    try:
        return _Way(_answer(question))
    except EOFError:
        return _Way.LATER


def _ask_order(view: View) -> Ballot | None:
    """A typed order, read while it is typed; None when the listener types nothing.

    The favourites so far are kept, unless it names some itself.
    """
    word = view.wording.sample
    print_formatted_text("\n".join(describe(view)))

    def readable(text: str) -> bool | str:
        try:
            return not text.strip() or bool(parse_order(text, view.letters, view.numbers, word=word).ids)
        except BallotError as error:
            return str(error)

    how = f"{how_to_order(word)}\n "
    question = questionary.text(
        "Your order:", instruction=how, validate=readable, validate_while_typing=False, style=STYLE
    )
    try:
        text = str(_answer(question))
    except EOFError:
        return None
    if not text.strip():
        return None
    return parse_order(text, view.letters, view.numbers, word=word).keeping_comments_and_favourites_of(
        view.draft.ballot
    )


def _answer(question: questionary.Question) -> Any:  # noqa: ANN401 - whatever its choices stand for
    """Ask, and hear an interrupt that is sent to the program as well as one that is typed."""
    return question.application.run(handle_sigint=False)


def _is_capable() -> bool:
    """Whether the terminal can show the pages: keys, a cursor that can be moved, and room."""
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown", "") or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    if "utf" not in (sys.stdout.encoding or "").lower():
        return False
    size = os.get_terminal_size(sys.stdout.fileno())
    return size.columns >= _SMALLEST[0] and size.lines >= _SMALLEST[1]


def _show_answer(order: str) -> None:
    """Leaves the order on the screen, as questionary leaves its answers."""
    answer = FormattedText([("class:qmark", "?"), ("class:question", " Your order "), ("class:answer", order)])
    print_formatted_text(answer, style=STYLE)
