"""The two corpora that come with evolve: files of the installed music21 package, read where they are."""

import importlib.util
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.errors import CorpusError

CHORALE_VOICES: Final = 4


@dataclass(frozen=True, slots=True)
class BuiltInCorpus:
    """A corpus known by name.

    Attributes:
        name: As it is asked for.
        about: What it is, in a few words.
        folder: Within music21's corpus.
        pattern: Which files of the folder.
        belongs: Whether a file that fits the pattern is part of it.
        tempo_bpm: Quarter notes a minute; None leaves it to the meter of each piece, since no file says one.
    """

    name: str
    about: str
    folder: str
    pattern: str
    belongs: Callable[[Path], bool]
    tempo_bpm: float | None

    def files(self) -> tuple[Path, ...]:
        """Its files, by name.

        Raises:
            CorpusError: If music21 is not installed, or without its corpus.
        """
        folder = _music21_corpus() / self.folder
        files = tuple(path for path in sorted(folder.glob(self.pattern)) if self.belongs(path))
        if not files:
            raise CorpusError(f"{self.name} is read from music21's own files, and {folder} has none; reinstall music21")
        return files


def _has_four_voices(path: Path) -> bool:
    """Whether a compressed MusicXML file lists four parts; the Bach folder also has chorales with instruments."""
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name) for name in archive.namelist() if not name.startswith("META-INF")]
    return sum(text.count(b"<score-part ") for text in texts) == CHORALE_VOICES


def _any_file(_path: Path) -> bool:
    return True


def _music21_corpus() -> Path:
    """Where music21 keeps its music; found without importing music21, which takes a second and a half."""
    spec = importlib.util.find_spec("music21")
    if spec is None or not spec.submodule_search_locations:
        raise CorpusError("the built-in corpora are read from music21, which is not installed; reinstall evolve")
    return Path(spec.submodule_search_locations[0]) / "corpus"


BACH_CHORALES: Final = BuiltInCorpus(
    name="bach-chorales",
    about="364 four-part chorales of J. S. Bach, each folded to one piano",
    folder="bach",
    pattern="*.mxl",
    belongs=_has_four_voices,
    tempo_bpm=76.0,
)

FIDDLE_TUNES: Final = BuiltInCorpus(
    name="fiddle-tunes",
    about="1,059 reels, jigs and hornpipes of one voice: Ryan's Mammoth Collection (Boston, 1883)",
    folder="ryansMammoth",
    pattern="*.abc",
    belongs=_any_file,
    tempo_bpm=None,
)

BUILT_IN: Final[Mapping[str, BuiltInCorpus]] = {corpus.name: corpus for corpus in (BACH_CHORALES, FIDDLE_TUNES)}
"""Every built-in corpus by name."""
