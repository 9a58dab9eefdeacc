"""Files of music from folders, single files, and the two corpora that come with evolve in the music21 package."""

import importlib.util
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.licences import NONE_STATED, Licence
from evolve.domains.music.reading import SUFFIXES
from evolve.errors import nearest_spelling, printable, shortened

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
        origin: Who wrote the music and who encoded it, as the files say.
        terms: Under which terms the files may be used, as they and music21's ``corpus/license.txt`` say.
    """

    name: str
    about: str
    folder: str
    pattern: str
    belongs: Callable[[Path], bool]
    tempo_bpm: float | None
    origin: str
    terms: str

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
    origin="J. S. Bach (1685–1750), as MusicXML in music21's corpus; 333 of 364 files carry a copyright line of "
    "Margaret Greentree, jsbchorales.net, 2003 or 2004",
    terms="none stated; music21 passes them on with the encoders' permission and says that commercial use of some may "
    "be restricted",
)

FIDDLE_TUNES: Final = BuiltInCorpus(
    name="fiddle-tunes",
    about="1,059 reels, jigs and hornpipes of one voice: Ryan's Mammoth Collection (Boston, 1883)",
    folder="ryansMammoth",
    pattern="*.abc",
    belongs=_any_file,
    tempo_bpm=None,
    origin="Ryan's Mammoth Collection (Boston, 1883), as ABC in music21's corpus; most files name who contributed them",
    terms="none stated; music21 passes them on with the encoders' permission",
)

BUILT_IN: Final[Mapping[str, BuiltInCorpus]] = {corpus.name: corpus for corpus in (BACH_CHORALES, FIDDLE_TUNES)}
"""Every built-in corpus by name."""


_NOTICES: Final = ("licence", "license", "copying", "copyright", "readme")
"""How the names of files begin that say where music comes from."""

_TEXT_SUFFIXES: Final = ("", ".txt", ".md", ".rst", ".pdf", ".html")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source.

    Attributes:
        name: Its path within the source, for people to read: what cannot be shown stands as its code.
        path: Where it is.
        tempo_bpm: The source's tempo, where it has one for all its files.
        source: The source, as it was asked for.
        folders: The folders that lead to it within its source, from the top down.
    """

    name: str
    path: Path
    tempo_bpm: float | None = None
    source: str = ""
    folders: tuple[str, ...] = ()


def find_files(source: str) -> tuple[SourceFile, ...]:
    """The music files of a built-in corpus, a folder with all its folders, or a single file; at least one.

    Raises:
        CorpusError: If there is no such corpus or path, or no music in it.
    """
    if source in BUILT_IN:
        corpus = BUILT_IN[source]
        return tuple(SourceFile(path.stem, path, corpus.tempo_bpm, source) for path in corpus.files())
    path = in_own_home(source)
    try:
        if path.is_dir():
            return _files_of_folder(path, source)
        if path.is_file():
            return _single_file(path, source)
    except OSError as error:
        said = f"{shortened(source)} cannot be opened: {error.strerror}; give another, or check its rights"
        raise CorpusError(said) from error
    raise CorpusError(
        f'no corpus, folder or file is called "{source}"{nearest_spelling(source, BUILT_IN)} '
        f"(built in: {', '.join(BUILT_IN)}; else a folder or file of {_suffixes()})"
    )


def source_names(sources: Iterable[str]) -> dict[str, str]:
    """What each source is called for short: a folder's or a file's own name; as it was asked for where two have one."""
    short = {source: source if source in BUILT_IN else _own_name(source) for source in sources}
    times = Counter(short.values())
    return {source: printable(name if times[name] == 1 else source) for source, name in short.items()}


def _own_name(source: str) -> str:
    path = Path(os.path.abspath(in_own_home(source)))  # noqa: PTH100 -- a link keeps its name
    return shortened(path.stem if path.suffix.lower() in SUFFIXES else path.name) or source


def licences_of(sources: Iterable[str]) -> tuple[Licence, ...]:
    """What each source says of itself, once; sources by their short names, for a card may be handed on."""
    return tuple(_licence_of(source, name) for source, name in source_names(dict.fromkeys(sources)).items())


def _licence_of(source: str, name: str) -> Licence:
    """Of a built-in corpus, a folder or a file; notices lie in the folder, or beside the file."""
    if source in BUILT_IN:
        return Licence(name, BUILT_IN[source].origin, BUILT_IN[source].terms)
    path = in_own_home(source)
    return Licence(name, "", NONE_STATED, _notices_in(path if path.is_dir() else path.parent))


def _notices_in(folder: Path) -> tuple[str, ...]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:  # the files were read, the folder may not be looked into
        return ()
    return tuple(printable(name) for name in names if _is_notice(Path(name)))


def _is_notice(name: Path) -> bool:
    return name.stem.lower().startswith(_NOTICES) and name.suffix.lower() in _TEXT_SUFFIXES


def in_own_home(path: str | Path) -> Path:
    """The path with the user's own folder in place of ``~``; as it is where nobody has such a folder."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _single_file(path: Path, source: str) -> tuple[SourceFile, ...]:
    if path.suffix.lower() not in SUFFIXES:
        raise CorpusError(f"{path} is not a music file that can be read; it can be {_suffixes()}")
    return (SourceFile(printable(path.name), path, source=source),)


def _files_of_folder(folder: Path, source: str) -> tuple[SourceFile, ...]:
    with os.scandir(folder):  # an error where it may not be looked into; folders within it are passed over
        pass
    files = sorted(_music_files(folder), key=lambda path: path.relative_to(folder).as_posix())
    if not files:
        raise CorpusError(f"no music in {folder}: it has no {_suffixes()} files; give a folder that has, or one of "
                          f"{', '.join(BUILT_IN)}")  # fmt: skip
    paths = [(path, path.relative_to(folder)) for path in files]
    return tuple(
        SourceFile(printable(own.as_posix()), path, source=source, folders=own.parts[:-1]) for path, own in paths
    )


def _music_files(folder: Path) -> Iterator[Path]:
    """Music files at any depth; each folder once, however many links lead to it; nothing hidden."""
    entered = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(root) / name


def _suffixes() -> str:
    return ", ".join(SUFFIXES[:-1]) + f" or {SUFFIXES[-1]}"
