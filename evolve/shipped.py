"""Files that are named by a path, or by the name of one that ships with evolve: search spaces and cluster profiles."""

from collections.abc import Mapping
from pathlib import Path

from evolve.errors import SettingsError, SpaceError, nearest_spelling, printable, shortened
from evolve.store.files import read_regular
from evolve.texts import NotTextError, decoded

_LARGEST_SPACE_BYTES = 5_000_000
"""Far more than a search space may have, so that a larger one is told as such."""


_LONGEST_SHOWN = 300
"""Of a file's path, in characters: its end is what tells it."""


def shipped_files(folder_name: str) -> dict[str, Path]:
    """The YAML files of a folder that ships with evolve, by file name."""
    package = Path(__file__).parent
    # In a wheel they lie inside the package, in a checkout beside it.
    for folder in (package / folder_name, package.parent / folder_name):
        if folder.is_dir():
            return {path.name: path for path in sorted(folder.glob("*.yaml"))}
    return {}


def shipped_spaces() -> dict[str, Path]:
    """The search spaces that ship with evolve, by file name."""
    return shipped_files("search_spaces")


def find_space(name: str) -> tuple[str, str]:
    """Name, as it can be shown, and text of a search space: a file of that path, else a shipped one of that name.

    Raises:
        SpaceError: There is neither, or it cannot be read.
    """
    try:
        return find_file(name, "search_spaces")
    except FileUnreadError as error:
        raise SpaceError(f"{error}{_instead(error, name, 'spaces', shipped_spaces())}") from error


class FileUnreadError(Exception):
    """A file that was named cannot be read; the text says which, and why.

    Attributes:
        is_there: Whether it is a file or a folder all the same, so that no other can be meant.
    """

    def __init__(self, text: str, *, is_there: bool) -> None:
        """Keep both."""
        super().__init__(text)
        self.is_there = is_there


def _instead(error: FileUnreadError, name: str, what: str, shipped: Mapping[str, Path]) -> str:
    """What there is to be named instead of a file that is none; of one that is there, nothing."""
    if error.is_there:
        return ""
    return f"; {what} that ship with evolve: {', '.join(shipped)}{nearest_spelling(Path(name).name, shipped)}"


def find_profile_text(name: str) -> tuple[str, str]:
    """Name, as it can be shown, and text of a cluster profile: a file of that path, else a shipped one of that name.

    Raises:
        SettingsError: There is neither, or it cannot be read.
    """
    try:
        return find_file(name, "cluster")
    except FileUnreadError as error:
        raise SettingsError(f"{error}{_instead(error, name, 'profiles', shipped_files('cluster'))}") from error


def find_file(name: str, folder_name: str) -> tuple[str, str]:
    """Name, as it can be shown, and text of a file of that path, else of one that ships in the folder of this name.

    Raises:
        FileUnreadError: There is neither, or it cannot be read.
    """
    path = Path(name)
    try:
        if not path.is_file() and path.parent in (Path(), Path(folder_name)):
            path = shipped_files(folder_name).get(path.name if path.suffix else f"{path.name}.yaml", path)
        return printable(name), _text_of(path)
    except (OSError, ValueError, NotTextError) as error:
        is_there = isinstance(error, NotTextError | IsADirectoryError | PermissionError)
        raise FileUnreadError(f"{shortened(name, _LONGEST_SHOWN)}: {_why_unread(error)}", is_there=is_there) from error


def _text_of(path: Path) -> str:
    """The text of a file, of a large one its beginning."""
    data = read_regular(path, _LARGEST_SPACE_BYTES)
    return decoded(data, is_whole=len(data) < _LARGEST_SPACE_BYTES)


def _why_unread(error: OSError | ValueError | NotTextError) -> str:
    if isinstance(error, NotTextError):
        return str(error)
    if isinstance(error, ValueError):
        return "is no file name"
    return "there is no such file" if isinstance(error, FileNotFoundError) else str(error.strerror).lower()
