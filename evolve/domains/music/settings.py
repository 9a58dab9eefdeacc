"""What a user may set where networks write music."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from evolve.inputs.scalars import boolean_of
from evolve.settings import SettingsModel

AUTO, NONE = "auto", "none"
DEFAULT_CORPUS = "fiddle-tunes"
"""The cleanest of the built-in ones: tunes printed in 1883, whose files claim no rights."""
PIANO = "piano"
TRACK_ROLES = ("melody", "chords", "bass", "soprano", "alto", "tenor")
"""What a track can be, where there are several."""


class MusicSettings(SettingsModel):
    """The settings of music; the field names are the names in a settings file and in ``--set``."""

    renewable = frozenset({"epochs", "seconds", "patience"})

    corpus: Annotated[tuple[str, ...], Field(min_length=1)] = (DEFAULT_CORPUS,)
    """Names of built-in corpora and folders or files of music."""
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
    soundfont: Annotated[str, Field(min_length=1)] = AUTO
    """Whose instruments play: auto for the system's SoundFont where there is one, none for evolve's own, or a file."""
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
    chord_tokens: Annotated[int, Field(ge=16, le=100_000)] = 256
    """Distinct notes and chords a network may know; rarer chords become their nearest."""
    epochs: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Training budget of an individual, in passes over the corpus."""
    seconds: Annotated[float, Field(gt=0, le=10_000_000)] = 600.0
    """Training budget of an individual, in seconds."""
    patience: Annotated[int, Field(ge=1, le=1_000_000)] = 8
    """Epochs without a lower validation loss after which training stops."""

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

    @field_validator("corpus", "opening", "soundfont")
    @classmethod
    def _check_path(cls, given: tuple[str, ...] | str | None) -> tuple[str, ...] | str | None:
        for path in (given,) if isinstance(given, str) else given or ():
            if "\0" in path or not _is_text(path):
                raise PydanticCustomError("path", "must have a name that is text (UTF-8); rename the file or folder")
        return given

    @field_validator("soundfont", mode="before")
    @classmethod
    def _read_soundfont(cls, given: object) -> object:
        """What a person may say for them: off, on, or a word in capitals; ``--set`` takes none for nothing."""
        if given is None:
            return NONE
        said = boolean_of(given) if isinstance(given, str) else given
        if isinstance(said, bool):
            return AUTO if said else NONE
        return given.lower() if isinstance(given, str) and given.lower() in (AUTO, NONE) else given

    @field_validator("repetition_guard", mode="before")
    @classmethod
    def _read_guard(cls, given: object) -> object:
        return "off" if given is False or (isinstance(given, str) and boolean_of(given) is False) else given


def _is_text(path: str) -> bool:
    """Whether a path can be kept: bytes of a name that are no text cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
