"""Which instruments songs are played by: those of a SoundFont, found on the machine, or evolve's own."""

import functools
import hashlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from evolve.domains.music.settings import AUTO, NONE
from evolve.errors import ExecutionError, SettingsError, shortened
from evolve.records.run import Json

OWN_INSTRUMENTS: Final = "evolve's own instruments"

SYSTEM_FOLDERS: Final = (
    Path("/usr/local/share/sounds/sf2"),
    Path("/usr/local/share/sounds/sf3"),
    Path("/usr/local/share/soundfonts"),
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/sounds/sf3"),
    Path("/usr/share/soundfonts"),
)
"""Where Linux keeps SoundFonts, the administrator's own first: the first four are Debian's, the others Fedora's."""

SUFFIXES: Final = (".sf2", ".sf3")
PREFERRED: Final = ("default-gm", "default")
"""What the system's own choice among its SoundFonts is called."""

HOW_TO_INSTALL: Final = "pip install --no-deps tinysoundfont"
"""Without its dependency, PyAudio, which has no wheel for Linux and is needed for loudspeakers alone."""

SHOWN_DIGITS: Final = 12
"""Of a digest, that people are told."""


@dataclass(frozen=True, slots=True)
class SoundFont:
    """A SoundFont by what is in its file, so that another machine plays the same instruments or none.

    Attributes:
        name: The file's name.
        sha256: Of its content, in hexadecimal.
        path: Where it was when it was chosen.
    """

    name: str
    sha256: str
    path: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """What a file is; `OSError` when it cannot be read."""
        return cls(path.name, sha256_of(path), str(path))

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """What `to_json` of one has told, or None for evolve's own instruments; `LookupError` or `TypeError` else."""
        return None if data is None else cls(*(str(data[name]) for name in ("name", "sha256", "path")))

    def to_json(self) -> dict[str, Json]:
        """As JSON."""
        return {"name": self.name, "sha256": self.sha256, "path": self.path}

    @property
    def in_words(self) -> str:
        """As people are told of it: ``the SoundFont TimGM6mb.sf2 (SHA-256 82475b91a767)``."""
        return f"the SoundFont {shortened(self.name)} (SHA-256 {self.sha256[:SHOWN_DIGITS]})"


def sound_notice(setting: str, soundfont: SoundFont | None) -> Iterator[str]:
    """Who plays all songs of a run, told at its start unless the user has asked for evolve's own instruments."""
    if setting != NONE:
        yield f"all songs of the run are played by {soundfont.in_words if soundfont else OWN_INSTRUMENTS}"


def soundfont_of(facts: Mapping[str, Mapping[str, Json]]) -> SoundFont | None:
    """The SoundFont that plays a run's songs, by the run's facts; None: evolve's own instruments do."""
    return SoundFont.from_json(facts.get("sound", {}).get("soundfont"))


def system_soundfonts(folders: Sequence[Path] = SYSTEM_FOLDERS) -> tuple[Path, ...]:
    """The system's SoundFonts, each once by its own name: in the order of folders, the preferred first in each."""
    found = [path for folder in folders for path in sorted(_files_in(folder), key=_preference)]
    return tuple(dict.fromkeys(path.resolve() for path in found))


def find_soundfont(font: SoundFont, folders: Sequence[Path] = SYSTEM_FOLDERS) -> Path:
    """Where this machine has the very file.

    Args:
        font: Which one.
        folders: Where to look beside the place where it was.

    Raises:
        ExecutionError: It is not here, or nothing that could play it.
    """
    if not can_play():
        raise ExecutionError(
            f"songs are played by {font.in_words}, and tinysoundfont is not installed on this machine: install it with "
            f"{HOW_TO_INSTALL}, or begin a run with --set soundfont={NONE}"
        )
    for path in (Path(font.path), *system_soundfonts(folders)):
        if _is(path, font):
            return path
    raise ExecutionError(
        f"songs are played by {font.in_words}, and this machine does not have that file: put it to "
        f"{font.path}, or begin a run with --set soundfont={NONE}"
    )


def can_play() -> bool:
    """Whether the library that plays SoundFonts is installed."""
    return importlib.util.find_spec("tinysoundfont") is not None


def choose_soundfont(
    setting: str, folders: Sequence[Path] = SYSTEM_FOLDERS
) -> tuple[SoundFont | None, tuple[str, ...]]:
    """The SoundFont that a setting means on this machine, and what is to be told of others.

    Args:
        setting: ``auto``, ``none`` or a file.
        folders: Where ``auto`` looks.

    Returns:
        None for evolve's own instruments; and a line for each of the system's SoundFonts that cannot be played.

    Raises:
        SettingsError: The file that is named cannot be played.
    """
    if setting == NONE or (setting == AUTO and not can_play()):
        return None, ()
    if setting != AUTO:
        return _named(setting), ()
    notices: list[str] = []
    for path in system_soundfonts(folders):
        if (reason := _why_not(path)) is None:
            return SoundFont.of(path), tuple(notices)
        notices.append(f"the SoundFont {path} cannot be played: {reason}")
    return None, tuple(notices)


def sha256_of(path: Path) -> str:
    """The digest of a file's content, computed once as long as it does not change."""
    status = path.stat()
    return _digest(str(path), status.st_size, status.st_mtime_ns)


def _named(setting: str) -> SoundFont:
    """The SoundFont that the user has named."""
    path = _in_own_home(setting)
    instead = f"give another with --set soundfont=FILE, or --set soundfont={NONE} for {OWN_INSTRUMENTS}"
    if not can_play():
        raise SettingsError(
            f"soundfont={setting}: tinysoundfont is not installed; install it with {HOW_TO_INSTALL}, or "
            f"take --set soundfont={NONE} for {OWN_INSTRUMENTS}"
        )
    if (reason := _why_not(path)) is not None:
        raise SettingsError(f"the SoundFont {setting} cannot be played: {reason}; {instead}")
    return SoundFont.of(path.resolve())


def _why_not(path: Path) -> str | None:
    """Why a file cannot be played, in a few words; None when it can."""
    from evolve.domains.music.sound.soundfont_check import why_it_cannot_be_played  # noqa: PLC0415 - starts a process

    try:
        if not path.exists():
            return "there is no such file"
        if not path.is_file():
            return "it is no file"
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        return error.strerror or str(error)
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        return "it is not a SoundFont (SF2 or SF3)"
    return why_it_cannot_be_played(path)


def _is(path: Path, font: SoundFont) -> bool:
    try:
        return path.is_file() and sha256_of(path) == font.sha256
    except OSError:
        return False


@functools.lru_cache(maxsize=64)
def _digest(path: str, size: int, changed_ns: int) -> str:  # noqa: ARG001 - what tells that a file has changed
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_in(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError:
        return


def _preference(path: Path) -> tuple[int, str]:
    """What the system prefers comes first, the rest by name."""
    stem = path.stem.lower()
    return (PREFERRED.index(stem) if stem in PREFERRED else len(PREFERRED), path.name)


def _in_own_home(setting: str) -> Path:
    try:
        return Path(setting).expanduser()
    except RuntimeError:
        return Path(setting)
