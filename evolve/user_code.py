"""Code of the user's own, such as ``mine.py:evaluate``: read where it is named, run wherever its content arrives.

What a file holds travels as bytes, so a worker that does not see the file runs the same, and a traceback names the
user's file and line. Only what a user names in a command, a script or a space file of their own is ever run.
"""

import ast
import functools
import hashlib
import inspect
import linecache
import pkgutil
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from evolve.errors import ExecutionError, SettingsError, last_line, shortened


@dataclass(frozen=True, slots=True)
class UserCode:
    """A name in a file of the user's, or in an installed module.

    Attributes:
        reference: As it was given: ``FILE.py:NAME`` or ``module:NAME``.
        source: What the file holds; None for a module.
        folder: Where the file lies on the machine that read it; its neighbours can be imported there.
    """

    reference: str
    source: bytes | None = None
    folder: str = ""

    @property
    def name(self) -> str:
        """What is meant in the file or module."""
        return self.reference.rpartition(":")[2]

    @property
    def file(self) -> str:
        """The file or module."""
        return self.reference.rpartition(":")[0]

    @property
    def digest(self) -> str:
        """SHA-256 of the file; empty for a module."""
        return "" if self.source is None else hashlib.sha256(self.source).hexdigest()

    @property
    def as_typed(self) -> str:
        """How a command is given it, with the path of its file from here."""
        if self.source is None:
            return self.reference
        path, here = Path(self.folder) / self.file, Path.cwd()
        return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{self.name}"

    def load(self) -> object:
        """What the name stands for.

        Raises:
            SettingsError: There is no such name, or the code cannot be run; it says where.
        """
        return _loaded(self)


def read_code(reference: str, beside: Path | None = None) -> UserCode:
    """What ``FILE.py:NAME`` or ``module:NAME`` means, with the file's content.

    Args:
        reference: As a user writes it.
        beside: A folder in which the file is looked for too, such as that of the space file that names it.

    Raises:
        SettingsError: It is not written so, or there is no such file.
    """
    file, colon, name = reference.rpartition(":")
    if not colon or not file or not name.isidentifier():
        raise SettingsError(f"{shortened(reference)}: must be FILE.py:NAME, or module:NAME of an installed package")
    if not file.endswith(".py"):
        return UserCode(reference)
    candidates = [Path(file), *([beside / file] if beside else [])]
    path = next((one for one in candidates if one.is_file()), None)
    if path is None:
        raise SettingsError(f"{shortened(reference)}: there is no file {shortened(file)}")
    try:
        return UserCode(f"{path.name}:{name}", path.read_bytes(), str(path.resolve().parent))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error


def check_name(code: UserCode) -> None:
    """See, without running it, that a file has what is named in it.

    Raises:
        SettingsError: It is no Python, or binds no such name; names those that it does.
    """
    if code.source is None:
        return
    try:
        tree = ast.parse(code.source, code.file)
    except (SyntaxError, ValueError) as error:
        raise SettingsError(f"{code.reference} cannot be run: {told_with_place(error)}") from error
    bound = {name for node in ast.walk(tree) for name in _bound_by(node)}
    if code.name in bound or "*" in bound:
        return
    own = [one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name[0] != "_"]
    has = f"; it has {', '.join(own)}" if own else ""
    raise SettingsError(f"{code.reference}: {code.file} has nothing called {code.name}{has}")


def _bound_by(node: ast.AST) -> list[str]:
    """The names that a part of a program gives a meaning, wherever it stands."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [one.asname or one.name for one in names]
    return []


def source_digest(made: object) -> str:
    """SHA-256 of the source of a function or a class that a script made; empty where that is not to be had."""
    try:
        return hashlib.sha256(inspect.getsource(made).encode()).hexdigest()  # type: ignore[arg-type]
    except (OSError, TypeError):
        return ""


@functools.lru_cache(maxsize=16)
def _loaded(code: UserCode) -> object:
    module = _module(code) if code.source is not None else None
    try:
        found: object = pkgutil.resolve_name(code.reference) if module is None else getattr(module, code.name)
    except (ImportError, AttributeError, ValueError) as error:
        known = "" if module is None else _names_in(module)
        raise SettingsError(f"{code.reference}: {_missing(code, error)}{known}") from error
    return found


def _missing(code: UserCode, error: Exception) -> str:
    return f"{code.file} has nothing called {code.name}" if isinstance(error, AttributeError) else last_line(error)


def _names_in(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
    own = [name for name in names if getattr(vars(module)[name], "__module__", "") == module.__name__]
    return f"; it has {', '.join(own)}" if own else ""


def _module(code: UserCode) -> ModuleType:
    """The module that the file's content makes."""
    source = code.source or b""
    name = f"{Path(code.file).stem}_{code.digest[:12]}"
    path = str(Path(code.folder) / code.file) if code.folder else code.file
    module = ModuleType(name)
    module.__file__ = path
    if code.folder and code.folder not in sys.path and Path(code.folder).is_dir():
        sys.path.append(code.folder)
    text = source.decode("utf-8", "replace")
    linecache.cache[path] = (len(source), None, text.splitlines(keepends=True), path)
    sys.modules[name] = module
    try:
        exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - the user named this very file
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        raise SettingsError(f"{code.reference} cannot be run: {told_with_place(error, path)}") from error
    return module


def told_with_place(error: BaseException, path: str = "") -> str:
    """What went wrong, with the file and line of the user's code where it did: ``ValueError: … (mine.py, line 12)``.

    Args:
        error: What was raised.
        path: The user's file; empty: the last line outside evolve and installed packages.
    """
    if isinstance(error, SyntaxError):
        return f"{error.msg} ({Path(error.filename or path).name}, line {error.lineno})"
    lines = [line.strip() for line in re.sub(r"\x1b\[\d+m", "", str(error)).splitlines() if line.strip()]
    # The first line of Keras's errors in a layer says no reason.
    text = " ".join(lines[: 2 if lines and lines[0].startswith("Exception encountered") else 1])
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{said}{users_place(error, path)}"


def users_place(error: BaseException, path: str = "") -> str:
    """Where the user's code has raised an error, such as `` (mine.py, line 12)``; empty where none of it took part."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if (frame.filename == path if path else _is_users(frame.filename))]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def _is_users(filename: str) -> bool:
    package = str(Path(__file__).parent)
    return not filename.startswith((package, sys.prefix, sys.base_prefix, "<")) and "site-packages" not in filename


def check_trusted(kept: str, digest: str, given: UserCode | None, option: str, where: str) -> UserCode | None:
    """The code that a run or an export needs, when the user has named it in this command.

    Args:
        kept: The reference that the folder names; empty: it needs none.
        digest: Of the file when the run began.
        given: What the command names.
        option: Of the command, such as ``--build``.
        where: What the folder is called.

    Raises:
        ExecutionError: The folder names code that the command does not.
    """
    if given is None and kept:
        told = f", SHA-256 {digest[:16]}…" if digest else ""
        raise ExecutionError(
            f"{where} was made with code of its own, {shortened(kept)}{told}; as a folder may be anybody's, that is "
            f"run only when you name it: give {option} {shortened(kept)}"
        )
    return given
