"""Code of the user's own: read where it is named, told by file and line, and run only when it was named."""

import math
import os
from pathlib import Path

import pytest

from evolve.errors import ExecutionError, SettingsError
from evolve.user_code import UserCode, check_name, check_trusted, read_code, source_digest, told_with_place

TEXT = """
SIZE = 3

def evaluate(hp, trial):
    raise ValueError("this will not do\\nand more")

def build(hp):
    return SIZE

_hidden = build
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of the user's."""
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return path


def test_a_file_is_read_with_its_content(file: Path) -> None:
    """It is called by its name alone; where it lay is known on this machine."""
    code = read_code(f"{file}:build")
    assert (code.reference, code.file, code.name) == ("mine.py:build", "mine.py", "build")
    assert (code.source, code.folder) == (TEXT.encode(), str(file.parent))
    assert len(code.digest) == 64
    assert code.load()(None) == 3  # type: ignore[operator]
    assert code.load() is read_code(f"{file}:build").load()


def test_a_file_beside_the_space_file_is_found(file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The one in the working folder comes first."""
    assert read_code("mine.py:build", file.parent).source == TEXT.encode()
    here = tmp_path_factory.mktemp("here")
    (here / "mine.py").write_text("build = len")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        assert read_code("mine.py:build", file.parent).source == b"build = len"


def test_a_name_in_an_installed_module_needs_no_file() -> None:
    """It has no content that would travel."""
    code = read_code("json.decoder:JSONDecoder")
    assert (code.source, code.digest) == (None, "")
    assert getattr(code.load(), "__name__", "") == "JSONDecoder"


@pytest.mark.parametrize("reference", ["mine.py", "mine.py:", ":build", "mine.py:not a name", "mine.py:build()", ""])
def test_what_names_no_code_is_told(reference: str) -> None:
    """With how it is written."""
    with pytest.raises(SettingsError, match=r"must be FILE\.py:NAME, or module:NAME"):
        read_code(reference)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("{}/yours.py:build", "there is no file"),
        ("{}/mine.py:built", r"^mine\.py:built: mine\.py has nothing called built; it has evaluate, build$"),
        ("no_such_module:build", r"^no_such_module:build: No module named 'no_such_module'$"),
        ("json:no_such_name", r"^json:no_such_name: json has nothing called no_such_name$"),
    ],
)
def test_code_that_is_not_there_is_told(file: Path, reference: str, said: str) -> None:
    """With what there is instead."""
    with pytest.raises(SettingsError, match=said):
        read_code(reference.format(file.parent)).load()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(file: Path) -> None:
    """In the system's words."""
    file.chmod(0)
    with pytest.raises(SettingsError, match="Permission denied"):
        read_code(f"{file}:build")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb = a +\n", r"mine\.py:build cannot be run: .* \(mine\.py, line 2\)"),
        ("a = 1\n\nb = a / 0\n", r"ZeroDivisionError: division by zero \(mine\.py, line 3\)"),
        ("import no_such_module\n", r"ModuleNotFoundError: No module named 'no_such_module' \(mine\.py, line 1\)"),
        ("import sys\nsys.exit(3)\n", r"SystemExit: 3 \(mine\.py, line 2\)"),
        ("import json\njson.loads('{')\n", r"JSONDecodeError: .* \(mine\.py, line 2\)"),
    ],
)
def test_a_file_that_cannot_be_run_is_told_with_its_line(file: Path, text: str, said: str) -> None:
    """The line of the user's, however deep in a library it went wrong."""
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_code(f"{file}:build").load()


def test_ctrl_c_in_a_file_stays_one(file: Path) -> None:
    """It is no mistake of the code's."""
    file.write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        read_code(f"{file}:build").load()


def test_the_content_runs_where_the_file_is_not(file: Path) -> None:
    """And what goes wrong there is told with its line, in one line."""
    code = UserCode("elsewhere.py:evaluate", TEXT.encode())
    file.unlink()
    with pytest.raises(ValueError, match="this will not do") as raised:
        code.load()(None, None)  # type: ignore[operator]
    assert told_with_place(raised.value) == "ValueError: this will not do (elsewhere.py, line 5)"


def test_a_files_neighbours_can_be_imported(file: Path) -> None:
    """As when Python runs it."""
    (file.parent / "neighbour_of_mine.py").write_text("SIZE = 8")
    file.write_text("from neighbour_of_mine import SIZE\ndef build(hp):\n    return SIZE\n")
    assert read_code(f"{file}:build").load()(None) == 8  # type: ignore[operator]


def test_an_error_without_a_line_of_the_users_is_told_without() -> None:
    """And one without words by its name."""
    assert told_with_place(ValueError("too large")) == "ValueError: too large"
    assert told_with_place(ValueError()) == "ValueError"


def test_code_that_a_folder_names_is_run_only_when_the_user_names_it() -> None:
    """A run may be anybody's."""
    code = UserCode("mine.py:build", TEXT.encode())
    with pytest.raises(ExecutionError) as told:
        check_trusted("mine.py:build", code.digest, None, "--build", "night")
    assert str(told.value) == (
        f"night was made with code of its own, mine.py:build, SHA-256 {code.digest[:16]}…; as a folder may be "
        f"anybody's, that is run only when you name it: give --build mine.py:build"
    )
    assert check_trusted("mine.py:build", code.digest, code, "--build", "night") is code
    assert check_trusted("", "", None, "--build", "night") is None
    with pytest.raises(ExecutionError, match=r"of its own, package:build; as a folder"):
        check_trusted("package:build", "", None, "--build", "night")


@pytest.mark.parametrize(
    "text",
    [
        "def build(hp): ...",
        "class build: ...",
        "build = print",
        "build: object = print",
        "from os import path as build",
        "import build",
        "from os.path import *",
        "try:\n    from os import path as build\nexcept ImportError:\n    build = None",
        "if True:\n    def build(hp): ...",
    ],
)
def test_a_name_is_found_in_a_file_that_is_not_run(text: str) -> None:
    """However it comes to its meaning there."""
    check_name(UserCode("mine.py:build", f"raise SystemExit\n{text}\n".encode()))
    check_name(UserCode("package:build"))


def test_a_name_that_a_file_does_not_have_is_told_before_it_is_run() -> None:
    """With those that it has; so is a file that is no Python."""
    with pytest.raises(
        SettingsError, match=r"^mine\.py:bild: mine\.py has nothing called bild; it has evaluate, build$"
    ):
        check_name(UserCode("mine.py:bild", TEXT.encode()))
    with pytest.raises(SettingsError, match=r"mine\.py:build cannot be run: .* \(mine\.py, line 1\)"):
        check_name(UserCode("mine.py:build", b"def build:"))


def test_functions_of_a_script_are_told_apart_by_their_source() -> None:
    """Of what has none, nothing is known."""
    assert source_digest(check_name) == source_digest(check_name) != source_digest(read_code)
    assert source_digest(len) == source_digest(math.sqrt) == ""
