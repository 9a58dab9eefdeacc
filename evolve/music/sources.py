"""Where a corpus comes from: names of built-in corpora, folders and files, and the music files in them."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evolve.errors import CorpusError, nearest_spelling, printable, shortened
from evolve.music.builtin import BUILT_IN
from evolve.music.reading import SUFFIXES


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
