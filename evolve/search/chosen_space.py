"""What a new run is begun with: a search space, the domain that it is of, the user's code, and settings that fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evolve.domain import Domain, takes_build
from evolve.domain_registry import DEFAULT, as_domain, find_domain
from evolve.errors import SettingsError, SpaceError, shortened
from evolve.genetics.breeding import check_population_fits
from evolve.genetics.space_file import SpaceFile, Written, domain_and_build, gene_names, parse_space
from evolve.search.halving import check_halving
from evolve.search.inheritance import check_inheritance
from evolve.search.run_facts import Sources, rules_of
from evolve.settings import Given, Settings, settle
from evolve.user_code import UserCode, check_name, read_code


@dataclass(frozen=True, slots=True)
class ChosenSpace:
    """A search space, with the domain that it is of.

    Attributes:
        name: Of its file, as it can be shown.
        text: Its YAML.
        file: What that says.
        domain: Whose genes it has.
        reference: The domain's, as a run keeps it.
        sources: The user's code.
    """

    name: str
    text: str
    file: SpaceFile
    domain: Domain
    reference: str
    sources: Sources

    @property
    def given(self) -> list[Given]:
        """The run settings of the file."""
        return space_given(self.name, self.file.settings)

    def settled(self, asked: Iterable[Given]) -> Settings:
        """The settings of a run in this space: those of the file, and those that were asked for.

        Raises:
            EvolveError: They are none that a run can have, or the space is too small for the population.
        """
        settings = settle([*self.given, *asked], self.domain.settings, self.domain.presentation.screening)
        check_population_fits(self.file.space, settings.core.population)
        check_halving(self.domain, settings.core, self.file.space.size)
        check_inheritance(self.domain, settings.core)
        return settings


def space_given(name: str, settings: Iterable[tuple[str, Written, int | None]]) -> list[Given]:
    """The run settings of a search space file of this name, which whoever begins a run overrides."""
    return [Given(key, value, f"{name}, line {line}", is_firm=False) for key, value, line in settings]


def chosen_space(
    name: str, text: str, beside: Path | None, *, domain: object = None, build: object = None
) -> ChosenSpace:
    """The search space of a text, of the domain that is asked for or that the text names.

    Args:
        name: Of the space's file.
        text: Its YAML.
        beside: The folder of that file, where code that it names is looked for; None where it has none.
        domain: What is asked for: a name, ``FILE.py:NAME``, an object or a function; None: nothing.
        build: The network that is asked for, ``FILE.py:NAME``.

    Raises:
        EvolveError: There is no such domain or build, or one of them or the space is not right.
    """
    said_domain, said_build = domain_and_build(text, name)
    of_file = Sources() if domain is not None else given_code(said_domain, where=f"{name}: ", beside=beside)
    its_build = given_code(build=said_build, where=f"{name}: ", beside=beside) if build is None else Sources()
    asked = given_code(domain, build)
    sources = Sources(asked.domain or of_file.domain, asked.build or its_build.build, asked.live)
    opened, reference = _opened(said_domain if domain is None else domain, sources)
    if sources.build is not None and not takes_build(opened):
        raise SettingsError(f"{sources.build.reference}: the domain {reference} has no networks of one's own")
    rules = rules_of(opened, text, own=sources.build is not None)
    try:
        file = parse_space(text, name, rules)
    except SpaceError as error:
        is_said = domain is not None or said_domain or "unknown gene" not in str(error)
        if is_said or set(rules or ()) & set(gene_names(text, name)):
            raise
        raise SpaceError(f"{error}; of another domain? give --domain, or name it in the file: domain: NAME") from error
    return ChosenSpace(name, text, file, opened, reference, sources)


def given_code(
    domain: object = None, build: object = None, *, where: str = "--", beside: Path | None = None
) -> Sources:
    """The code of the user's that a domain and a build mean; none for the name of an installed domain.

    Args:
        domain: A name, ``FILE.py:NAME``, an object or a function; None: nothing.
        build: ``FILE.py:NAME``; None: nothing.
        where: They were given, for messages.
        beside: A folder in which files are looked for too.

    Raises:
        SettingsError: They are nothing of the kind, or there is no such file or name.
    """
    if build is not None and not isinstance(build, str):
        raise SettingsError('build: must be "FILE.py:NAME"; write the function into a file, so that workers find it')
    network = None if build is None else _read(f"{where}build", build, beside)
    if domain is None or isinstance(domain, str):
        is_code = domain is not None and ":" in domain
        return Sources(_read(f"{where}domain", str(domain), beside) if is_code else None, network)
    if not hasattr(domain, "evaluate") and (isinstance(domain, type) or not callable(domain)):
        raise SettingsError(
            f"domain={shortened(repr(domain))} is neither a domain nor a function evaluate(hp, trial); give one, a "
            f'name, or "FILE.py:NAME"'
        )
    return Sources(build=network, live=as_domain(domain, getattr(domain, "__name__", "the domain")))


def _read(where: str, reference: str, beside: Path | None) -> UserCode:
    try:
        code = read_code(reference, beside)
        check_name(code)
    except SettingsError as error:
        raise SettingsError(f"{where} {error}") from error
    return code


def _opened(domain: object, sources: Sources) -> tuple[Domain, str]:
    """A domain, and its reference as a run keeps it."""
    if sources.live is not None:
        return sources.live, sources.live.name
    reference = sources.domain.reference if sources.domain else DEFAULT if domain is None else str(domain)
    return find_domain(reference, sources.domain), reference
