"""What a user may set, as one frozen record that is checked once, with the place each value came from.

Defaults are overridden by the search space's own settings, those by the command line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.genetics.literals import boolean_of, number_hint, number_of, shown

DEFAULT_CORPUS = "bach-chorales"
PIANO = "piano"
TRACK_ROLES = ("melody", "chords", "bass", "soprano", "alto", "tenor")
"""What a track can be, where there are several."""

FIT: Final = "fit"
"""Of `gpus_per_trial`: as many trials on a GPU as its memory holds."""

GpusPerTrial = Annotated[float, Field(ge=0, le=10_000)] | Literal["fit"]
"""GPUs of a trial: a number or a share, or that they are to be shared by as many as fit."""


_NUMBERS: Final = (
    "seed", "population", "parents", "elites", "newcomers", "generations", "heard", "exploration", "crossover_rate",
    "mutation_rate", "songs", "notes", "opening_notes", "temperature", "top_p", "grid", "window", "chord_symbols",
    "epochs", "seconds", "patience", "hang_limit", "memory_per_trial", "cpus_per_trial", "gpus_per_trial",
)  # fmt: skip
_WORDS: Final = ("screening", "repetition_guard", "targets", "gpus_per_trial", "songs_heard")
_UNSET: Final = ("", "none", "null", "~")
"""How people write that a number is not set."""


class Screening(StrEnum):
    """How those are chosen who are put before a listener, where a generation has more members than can be heard.

    All but the sample go by what a member's trial made, the lowest first: a metric, or the mean of a fact of its songs.
    """

    HELD_OUT_BITS = "held_out_bits_per_note"
    DISTANCE = "distance"
    STUCK = "stuck"
    COPIED = "copied_notes"
    SAMPLE = "sample"

    @property
    def needs_results(self) -> bool:
        """Whether the choice can only be made when every trial has ended."""
        return self is not Screening.SAMPLE


class RunConfig(BaseModel):
    """Every setting of a run; the field names are the names in a settings file and in ``--set``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    corpus: Annotated[tuple[str, ...], Field(min_length=1)] = (DEFAULT_CORPUS,)
    """Names of built-in corpora and folders or files of music."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """The one number all chance of the run derives from."""

    population: Annotated[int, Field(ge=1, le=10_000)] = 8
    """Members of a generation."""
    parents: Annotated[int, Field(ge=1, le=10_000)] = 3
    """How many of the best may become parents."""
    elites: Annotated[int, Field(ge=0, le=10_000)] = 1
    """How many of the best come back unchanged, to be heard again."""
    newcomers: Annotated[int, Field(ge=0, le=10_000)] = 1
    """Fresh genomes in each generation, for diversity."""
    generations: Annotated[int, Field(ge=1, le=10_000)] = 5
    """How many generations are heard."""
    heard: Annotated[int, Field(ge=1, le=10_000)] = 26
    """Members of a generation that are put before a listener, at most: as many as there are letters."""
    screening: Screening = Screening.HELD_OUT_BITS
    """Who they are where there are more: those lowest in this, or a sample."""
    exploration: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The dial from 0, refine what was liked, to 1, explore."""
    crossover_rate: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of children that have two parents."""
    mutation_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Chance of each gene to change in a child; unset, the exploration dial decides."""

    songs: Annotated[int, Field(ge=1, le=100)] = 5
    """Songs of each individual that are heard at first."""
    songs_heard: Literal["typical", "same_noise"] = "typical"
    """Which of its forty songs are heard: those that together stand for all, or the first, which have the same random
    numbers in every network."""
    notes: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Notes and chords that each song may have after the opening; it may end before."""
    opening: str | None = None
    """A music file whose first notes every song continues; unset, the seed chooses from a held-out piece."""
    opening_notes: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Notes, chords and rests of the opening."""
    temperature: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Below 1 songs keep to the likely, above they dare more."""
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Of what may come next, only the likeliest that have this much probability between them."""
    repetition_guard: Literal["off", "gentle", "strict"] = "off"
    """Whether songs are held back from going round in circles: a pattern's third round is let be, more of it is not."""

    tracks: str = PIANO
    """All tracks on one piano, or the roles that are learned side by side, such as melody+bass."""
    endings: bool = True
    """Learn how pieces begin and end, so that songs end by themselves; false as in the paper."""
    loudness: bool = False
    """Learn how loud notes are."""
    grid: Literal[4, 6, 8, 12, 24] = 24
    """Places of a quarter note on which events can lie."""

    window: Annotated[int, Field(ge=2, le=10_000)] = 50
    """Notes, chords and rests through which the gradient goes back; the state is carried through whole pieces."""
    targets: Literal["every", "last"] = "every"
    """Learn from every note of a piece, or from the note after a window alone, as the paper did."""
    chord_symbols: Annotated[int, Field(ge=16, le=100_000)] = 256
    """Distinct notes and chords a network may know; rarer chords become their nearest."""
    epochs: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Training budget of an individual, in passes over the corpus."""
    seconds: Annotated[float, Field(gt=0, le=10_000_000)] = 600.0
    """Training budget of an individual, in seconds."""
    patience: Annotated[int, Field(ge=1, le=1_000_000)] = 8
    """Epochs without a better held-out loss after which training stops."""
    hang_limit: Annotated[float, Field(ge=10, le=10_000_000)] = 900.0
    """Seconds without any sign of life after which a trial is given up."""

    memory_per_trial: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """Most memory of a trial's process, in GB; unset: its share of the machine."""
    cpus_per_trial: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    """Cores of one trial; it computes with as many threads."""
    gpus_per_trial: GpusPerTrial | None = None
    """GPUs, or the share of one, of a trial; `fit`: as many trials on a GPU as its memory holds; unset: one GPU each
    where there are any, else none."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The tracks that are learned."""
        return tuple(self.tracks.split("+"))

    @field_validator("tracks")
    @classmethod
    def _check_tracks(cls, tracks: str) -> str:
        roles = [role.strip().lower() for role in tracks.split("+")]
        known = roles == [PIANO] or (set(roles) <= set(TRACK_ROLES) and len(set(roles)) == len(roles))
        if {"melody", "soprano"} <= set(roles):
            raise PydanticCustomError("tracks", "must have melody or soprano: both are the highest track")
        if not known:
            raise PydanticCustomError(
                "tracks", f"must be {PIANO}, or different ones of {', '.join(TRACK_ROLES)} joined by +"
            )
        return "+".join(roles)

    @field_validator("corpus", "opening")
    @classmethod
    def _check_path(cls, given: tuple[str, ...] | str | None) -> tuple[str, ...] | str | None:
        for path in (given,) if isinstance(given, str) else given or ():
            if "\0" in path or not _is_text(path):
                raise PydanticCustomError("path", "must have a name that is text (UTF-8); rename the file or folder")
        return given

    @field_validator(*_NUMBERS, mode="before")
    @classmethod
    def _read_number(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        if given.strip().lower() in _UNSET:
            return None
        number = number_of(given)
        if number is None or not isfinite(number):
            return given
        return int(number) if number == int(number) else number

    @field_validator(*_WORDS, mode="before")
    @classmethod
    def _read_word(cls, given: object) -> object:
        return given.strip().lower() if isinstance(given, str) else given

    @field_validator("repetition_guard", mode="before")
    @classmethod
    def _read_guard(cls, given: object) -> object:
        return "off" if given is False or (isinstance(given, str) and boolean_of(given) is False) else given

    @field_validator("gpus_per_trial", mode="before")
    @classmethod
    def _read_gpus(cls, gpus: object) -> object:
        if isinstance(gpus, str) and gpus.strip().lower() not in (FIT, *_UNSET) and number_of(gpus) is None:
            raise PydanticCustomError("gpus", f"must be a number, or {FIT}")
        return gpus

    @field_validator("gpus_per_trial")
    @classmethod
    def _check_gpus(cls, gpus: GpusPerTrial | None) -> GpusPerTrial | None:
        if isinstance(gpus, float) and gpus > 1 and not gpus.is_integer():
            raise PydanticCustomError("gpus", "must be a whole number where it is more than one GPU")
        return gpus


def _is_text(path: str) -> bool:
    """Whether a path can be kept: bytes of a name that are no text cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


_PLAIN_WORDS = {
    "too_short": "needs at least one",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number that is far smaller",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "string_type": "must be a word",
    "string_unicode": "must be text (UTF-8)",
    "tuple_type": "must be a name, or a list of names",
}
"""What is wrong with a value, by pydantic's name for it, where its own words are a program's."""


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


def settle(given: Iterable[Given]) -> RunConfig:
    """The settings that these values and the defaults make together; later values win.

    A number of parents, elites or newcomers that nobody asked for on the command line shrinks to what a small
    population can hold with at least one child in it.

    Raises:
        SettingsError: Naming where the value stands, what came, and what is allowed.
    """
    chosen: dict[str, Given] = {}
    for one in given:
        if one.name not in RunConfig.model_fields:
            allowed = ", ".join(RunConfig.model_fields)
            hint = nearest_spelling(one.name, RunConfig.model_fields)
            raise SettingsError(f'{one.where}: there is no setting "{shortened(one.name)}"; allowed: {allowed}{hint}')
        chosen[one.name] = one
    config = _checked({name: one.value for name, one in chosen.items()}, chosen)
    return _fitted(config, chosen)


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


def _checked(values: Mapping[str, Any], chosen: Mapping[str, Given]) -> RunConfig:
    values = {
        name: (value,) if name == "corpus" and isinstance(value, str) else value for name, value in values.items()
    }
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        one = chosen[str(first["loc"][0])]
        problem = _PLAIN_WORDS.get(first["type"], first["msg"].replace("Input should be", "must be"))
        raise SettingsError(f"{one.where}: {one.name} {_told(one, problem)}") from error


def _told(one: Given, problem: str) -> str:
    """What is wrong with a value, what came, and what else to write."""
    if one.value is None or (isinstance(one.value, str) and one.value.strip().lower() in _UNSET):
        default = RunConfig.model_fields[one.name].default
        usual = ", ".join(default) if isinstance(default, tuple) else shown(default).strip('"')
        return f"has no value; give one, or leave it out: it is {usual} then"
    hint = ""
    if isinstance(one.value, str) and one.name in _NUMBERS:
        hint = number_hint(one.value, is_whole=type(RunConfig.model_fields[one.name].default) is int)
    return f"{problem}; it is {shortened(repr(one.value))}{hint}"


def _fitted(config: RunConfig, chosen: Mapping[str, Given]) -> RunConfig:
    limits = [
        ("parents", config.population, "the population"),
        ("elites", config.population - 1, "the population less one, or nobody would be new"),
        ("elites", config.heard - 1, "those who are heard less one, or nobody new would be"),
    ]
    config = _limited(config, chosen, limits)
    is_asked_for = "newcomers" in chosen and chosen["newcomers"].is_firm
    room = config.population - config.elites - (0 if is_asked_for else 1)
    return _limited(config, chosen, [("newcomers", room, "the population less the elites")])


def _limited(config: RunConfig, chosen: Mapping[str, Given], limits: Sequence[tuple[str, int, str]]) -> RunConfig:
    for name, most, why in limits:
        value = getattr(config, name)
        if value <= most:
            continue
        if name in chosen and chosen[name].is_firm:
            raise SettingsError(f"{chosen[name].where}: {name} is {value}, but at most {most} fit: {why}")
        config = config.model_copy(update={name: most})
    return config
