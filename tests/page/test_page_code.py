"""The code of the page is kept as well as Python's: types, a linter, a size, nothing from elsewhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "evolve" / "page"
STATIC = PAGE / "static"
MOST_LINES = 1500

# Debian's own node finds its modules by itself; one from elsewhere is told.
ENVIRON = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("tsc"), reason="tsc is not installed (Debian: node-typescript)")
def test_types_agree() -> None:
    """TypeScript checks the modules by what their comments say, strictly."""
    check("tsc", "--project", str(PAGE / "tsconfig.json"))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("eslint"), reason="eslint is not installed")
def test_the_linter_is_content() -> None:
    """No markup from texts, no function that is too long or has too many ways through."""
    check("eslint", "--config", str(PAGE / ".eslintrc.json"), "--format", "unix", str(STATIC))


def test_the_page_is_small() -> None:
    """Modules, style sheet and markup together, without blank lines and comments."""
    texts = [path.read_text() for path in STATIC.iterdir() if path.suffix in (".js", ".css", ".html")]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    assert len([line for line in lines if line and not line.startswith(("//", "/*", "*"))]) < MOST_LINES


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline() -> None:
    """What the content security policy would refuse is not there: addresses, scripts and styles in the markup."""
    for path in STATIC.iterdir():
        addresses = set(re.findall(r"https?://[^\s\"'`]+", path.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path.name
    markup = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", markup)


def check(*command: str) -> None:
    """Run a checker that must find nothing."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRON)
    assert ended.returncode == 0, ended.stdout + ended.stderr
