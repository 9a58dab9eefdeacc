"""What a user may set, checked once, with the place each value came from.

The core's settings are one model, a domain's another. Defaults are overridden by the search space's own settings, those
by the command line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.inputs.mistakes import first_mistake
from evolve.inputs.scalars import boolean_of, number_of

FIT: Final = "fit"
"""Of `gpus_per_trial`: as many trials on a GPU as its memory holds."""

GpusPerTrial = Annotated[float, Field(ge=0, le=10_000)] | Literal["fit"]
"""GPUs of a trial: a number or a share, or that they are to be shared by as many as fit."""

_Model = TypeVar("_Model", bound=BaseModel)

SAMPLE: Final = "sample"
"""Of `screening`: by chance."""

_UNSET: Final = ("", "none", "null", "~")
"""How people write that a number is not set."""


class SettingsModel(BaseModel):
    """A model of settings that reads numbers and words as people write them: ``1e3``, ``1,000``, ``Typical``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    renewable: ClassVar[frozenset[str]] = frozenset()
    """Of a domain, the settings that a branch may have anew: on which nothing depends that its ancestors have made."""

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, given: object, info: ValidationInfo) -> object:
        if not isinstance(given, str) or info.field_name is None:
            return given
        field = cls.model_fields[info.field_name]
        kinds = _kinds_of(field.annotation)
        if kinds & {int, float}:
            return _number(given, _words_of(field.annotation))
        return given.strip().lower() if _words_of(field.annotation) else given


class CoreSettings(SettingsModel):
    """The settings that every run has; the field names are the names in a settings file and in ``--set``."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """The one number all chance of the run derives from."""

    population: Annotated[int, Field(ge=1, le=10_000)] = 8
    """Members of a generation."""
    parents: Annotated[int, Field(ge=1, le=10_000)] = 3
    """How many of the best may become parents."""
    elites: Annotated[int, Field(ge=0, le=10_000)] = 1
    """How many of the best come back unchanged, to be judged again."""
    newcomers: Annotated[int, Field(ge=0, le=10_000)] = 1
    """Fresh genomes in each generation, for diversity."""
    generations: Annotated[int, Field(ge=1, le=10_000)] = 5
    """How many generations are judged."""
    heard: Annotated[int, Field(ge=1, le=10_000)] = 26
    """Members of a generation that are put before a listener, at most: as many as there are letters."""
    screening: str = ""
    """Who they are where there are more: those lowest in this rule of the domain's, or a sample by chance."""
    repeats: Annotated[int, Field(ge=0, le=1)] = 0
    """Candidates that each listener is presented twice, under two letters, to see how far apart they are placed."""
    exploration: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The dial from 0, refine what was liked, to 1, explore."""
    crossover_rate: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of children that have two parents."""
    mutation_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Chance of each gene to change in a child; unset, the exploration dial decides."""
    taste: bool = True
    """Whether most children are those of many that a model of the listener's taste expects to be worth hearing."""
    halving: Annotated[int, Field(ge=1, le=10)] = 1
    """3 begins three times as many children and founders for a third of their budget; those with the lowest loss go on
    to the whole of it, and one of the others by chance; 1 or off trains everyone."""
    inherit_weights: bool = False
    """Whether a child's training begins with the weights that its first parent has learned, where its network can hold
    them; false: each from scratch."""

    hang_limit: Annotated[float, Field(ge=10, le=10_000_000)] = 900.0
    """Seconds without a heartbeat after which a trial is given up."""
    memory_per_trial: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """Most memory of a trial's process, in GB; unset: its share of the machine."""
    cpus_per_trial: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    """Cores of one trial; it computes with as many threads."""
    gpus_per_trial: GpusPerTrial | None = None
    """GPUs, or the share of one, of a trial; `fit`: as many trials on a GPU as its memory holds; unset: one GPU each
    where there are any, else none."""

    @field_validator("screening")
    @classmethod
    def _read_screening(cls, screening: str) -> str:
        return screening.strip().lower()

    @field_validator("halving", mode="before")
    @classmethod
    def _read_halving(cls, halving: object) -> object:
        if halving is True:
            raise PydanticCustomError("halving", "must be a whole number, or off")
        is_off = halving is False or (isinstance(halving, str) and boolean_of(halving) is False)
        return 1 if is_off else halving

    @field_validator("gpus_per_trial", mode="before")
    @classmethod
    def _read_gpus(cls, gpus: object) -> object:
        if isinstance(gpus, str) and gpus.strip().lower() not in (FIT, *_UNSET) and number_of(gpus) is None:
            raise PydanticCustomError("number", f"must be a number, or {FIT}")
        return gpus

    @field_validator("gpus_per_trial")
    @classmethod
    def _check_gpus(cls, gpus: GpusPerTrial | None) -> GpusPerTrial | None:
        if isinstance(gpus, float) and gpus > 1 and not gpus.is_integer():
            raise PydanticCustomError("gpus", "must be a whole number where it is more than one GPU")
        return gpus


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a run, which lie flat in its files: no name is of both models.

    Attributes:
        core: Those that every run has.
        own: The domain's.
    """

    core: CoreSettings
    own: Any

    def dump(self) -> dict[str, Any]:
        """Every setting by name, as JSON."""
        return {**self.core.model_dump(mode="json"), **self.own.model_dump(mode="json")}


def _kinds_of(annotation: Any) -> set[Any]:  # noqa: ANN401 - whatever a field may be annotated with
    """The plain types within an annotation."""
    inner = get_args(annotation)
    if get_origin(annotation) is Literal:
        return set(map(type, inner))
    if get_origin(annotation) is tuple:
        return set()
    return set().union(*map(_kinds_of, inner)) if inner else {annotation}


def _words_of(annotation: Any) -> set[str]:  # noqa: ANN401
    """The words within an annotation, of which the value has to be one."""
    if get_origin(annotation) is Literal:
        return {word for word in get_args(annotation) if isinstance(word, str)}
    return set().union(*map(_words_of, get_args(annotation)), set())


def _number(given: str, words: set[str]) -> object:
    if given.strip().lower() in _UNSET:
        return None
    number = number_of(given)
    if number is None or not isfinite(number):
        return given.strip().lower() if words else given
    return int(number) if number == int(number) else number


@dataclass(frozen=True, slots=True)
class Given:
    """One value that somebody set, and where.

    Attributes:
        name: The setting.
        value: Not checked yet; text is read as what the setting needs.
        where: ``--population``, or ``quick.yaml, line 12``.
        is_firm: Whether it was asked for on the command line. A looser one gives way when it does not fit.
    """

    name: str
    value: Any
    where: str
    is_firm: bool = True


def settle(given: Iterable[Given], own: type[BaseModel], screening: Iterable[str] = ()) -> Settings:
    """The settings that these values and the defaults make together; later values win.

    A number of parents, elites or newcomers that nobody asked for on the command line shrinks to what a small
    population can hold with at least one child in it.

    Args:
        given: In the order in which they were given.
        own: The model of the domain's settings.
        screening: The domain's rules of screening, the usual one first.

    Raises:
        SettingsError: Naming where the value stands, what came, and what is allowed.
    """
    chosen: dict[str, Given] = {}
    allowed = [*CoreSettings.model_fields, *own.model_fields]
    for one in given:
        if one.name not in allowed:
            hint = nearest_spelling(one.name, allowed)
            there = ", ".join(allowed)
            raise SettingsError(f'{one.where}: there is no setting "{shortened(one.name)}"; allowed: {there}{hint}')
        chosen[one.name] = one
    core, its_own = _checked(CoreSettings, chosen), _checked(own, chosen)
    return Settings(_fitted(_screened(core, chosen, [*screening, SAMPLE]), chosen), its_own)


def settle_core(given: Iterable[Given]) -> CoreSettings:
    """The core's settings alone that these values and the defaults make together; see `settle`.

    Raises:
        SettingsError: Naming where the value stands, what came, and what is allowed.
    """
    chosen = {one.name: one for one in given}
    return _fitted(_checked(CoreSettings, chosen), chosen)


def settings_from(values: Mapping[str, Any], own: type[BaseModel]) -> Settings:
    """The settings that `Settings.dump` wrote; `ValidationError` where they are none."""
    core = {name: value for name, value in values.items() if name in CoreSettings.model_fields}
    others = {name: value for name, value in values.items() if name not in core}
    return Settings(CoreSettings.model_validate(core), own.model_validate(others))


def parse_assignment(text: str) -> Given:
    """What ``--set key=value`` says.

    Raises:
        SettingsError: It has no ``=``.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise SettingsError(f"--set {shortened(text)}: must be key=value, such as --set epochs=20")
    unset = value.strip().lower() in _UNSET
    return Given(name.strip(), None if unset else value.strip(), f"--set {shortened(text)}")


def _checked(model: type[_Model], chosen: Mapping[str, Given]) -> _Model:
    """The values that a model speaks of, checked."""
    values = {name: _as_tuple(model, name, one.value) for name, one in chosen.items() if name in model.model_fields}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        mistake = first_mistake(error, model, {name: one.value for name, one in chosen.items()})
        one = chosen[str(mistake.place[0])]
        raise SettingsError(f"{one.where}: {one.name} {mistake.problem}") from error


def _as_tuple(model: type[BaseModel], name: str, value: object) -> object:
    """A single word where several may stand."""
    return (value,) if isinstance(value, str) and isinstance(model.model_fields[name].default, tuple) else value


def _screened(core: CoreSettings, chosen: Mapping[str, Given], rules: Sequence[str]) -> CoreSettings:
    """With a rule of screening that the domain has."""
    if core.screening and core.screening not in rules:
        one = chosen["screening"]
        words = ", ".join(repr(rule) for rule in rules[:-1])
        allowed = f"{words} or {rules[-1]!r}" if words else repr(rules[-1])
        raise SettingsError(f"{one.where}: screening must be {allowed}; it is {shortened(repr(one.value))}")
    return core if core.screening else core.model_copy(update={"screening": rules[0]})


def _fitted(core: CoreSettings, chosen: Mapping[str, Given]) -> CoreSettings:
    limits = [
        ("parents", core.population, "the population"),
        ("elites", core.population - 1, "the population less one, or nobody would be new"),
        ("elites", core.heard - 1, "those who are heard less one, or nobody new would be"),
    ]
    core = _limited(core, chosen, limits)
    is_asked_for = "newcomers" in chosen and chosen["newcomers"].is_firm
    room = core.population - core.elites - (0 if is_asked_for else 1)
    return _limited(core, chosen, [("newcomers", room, "the population less the elites")])


def _limited(core: CoreSettings, chosen: Mapping[str, Given], limits: Sequence[tuple[str, int, str]]) -> CoreSettings:
    for name, most, why in limits:
        value = getattr(core, name)
        if value <= most:
            continue
        if name in chosen and chosen[name].is_firm:
            raise SettingsError(f"{chosen[name].where}: {name} is {value}, but at most {most} fit: {why}")
        core = core.model_copy(update={name: most})
    return core
