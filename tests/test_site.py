"""The documents as a site: built strictly, each recipe typed as it stands, the notebook run."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
RECIPES = (
    "tutorial.md",
    "how-to/keras-tuner.md",
    "how-to/own-domain.md",
    "how-to/own-music.md",
    "how-to/ray-tune.md",
    "how-to/trackers.md",
)

pytestmark = pytest.mark.slow


def test_the_site_is_built_and_no_link_leads_nowhere(tmp_path: Path) -> None:
    """Strictly: a page, an anchor or a name that is not there ends it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    )
    assert (built.returncode, built.stderr) == (0, "")
    pages = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.html")]
    assert len(pages) > 40
    texts = {str(path): (tmp_path / path).read_text() for path in pages}
    assert "Search spaces" in texts["spaces-and-settings/index.html"]
    assert 'id="evolve.breeder.Breeder.ask"' in texts["api/index.html"]
    assert not [name for name, text in texts.items() if "<!-- whole" in text or "<!-- section" in text]
    gallery = tmp_path / "gallery"
    sounds = re.findall(r'<audio [^>]*src="([^"]+)"', texts["gallery/index.html"])
    assert sounds
    assert all((gallery / name).is_file() for name in sounds)
    loaded = [
        address
        for text in texts.values()
        for address in re.findall(r'(?:src|rel="stylesheet" href)="(http[^"]+)"', text)
    ]
    assert loaded == [], "nothing is loaded from elsewhere"


def test_every_decision_is_listed() -> None:
    """A page that no list names would be read by nobody."""
    listed = re.findall(r"\]\(([^)]+)\)", (DOCS / "decisions" / "index.md").read_text())
    assert sorted(listed) == sorted(path.name for path in (DOCS / "decisions").glob("*.md") if path.name != "index.md")


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """The title of a file, or nothing, and its text; or ``$`` and a command."""
    for kind, title, block in re.findall(r"^```(\w+)(?: title=\"(.+?)\")?\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if title:
            yield title, block
        elif kind == "console":
            for line in block.splitlines():
                yield "$", line.removeprefix("$ ")


@pytest.mark.parametrize("page", RECIPES)
def test_a_recipe_works_as_it_is_typed(page: str, tmp_path: Path) -> None:
    """In an empty folder: the files that it shows are written, its commands typed one after the other."""
    environ = {**os.environ, "EVOLVE_CACHE": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")}
    folder = tmp_path / "mine"
    folder.mkdir()
    typed = 0
    for title, text in _blocks((DOCS / page).read_text()):
        if title != "$":
            (folder / title).write_text(text)
            continue
        program, *words = shlex.split(text)
        assert program in {"evolve", "python"}
        ended = subprocess.run(
            [sys.executable, *(["-m", "evolve"] if program == "evolve" else []), *words],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{text}\n{ended.stdout}\n{ended.stderr}"
        typed += 1
    assert typed


def test_the_notebook_runs_from_the_first_cell_to_the_champion(tmp_path: Path) -> None:
    """In a real kernel, in an empty folder; pictures and tables are what its user sees."""
    notebook = nbformat.read(DOCS / "examples" / "breeding.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [kind for cell in notebook.cells for output in cell.get("outputs", ()) for kind in output.get("data", ())]
    assert shown.count("image/png") == 8
    assert shown.count("text/html") >= 2, "the space and the report show themselves as tables"
    assert (tmp_path / "runs" / "notebook").is_dir()
