"""What is published: a wheel and a source archive that install without the checkout."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

BREEDS = """
import evolve
settings = {"space": "pictures.yaml", "population": 3, "generations": 1, "engine": "here"}
search = evolve.Search("runs/a", judge="simulated:additive", **settings)
search.run()
print(search.best.id, evolve.__file__, sep="\\n")
"""


def _ran(*command: str | Path, cwd: Path = ROOT, **environ: str) -> str:
    shown = subprocess.run(command, cwd=cwd, env=os.environ | environ, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return shown.stdout


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both."""
    folder = tmp_path_factory.mktemp("published")
    _ran(sys.executable, "-m", "hatchling", "build", "-d", folder)
    return folder


@pytest.mark.slow
def test_both_are_as_an_index_wants_them(published: Path) -> None:
    """Their names, their metadata, and a README that can be shown."""
    files = sorted(published.iterdir())
    assert [file.name.removeprefix("evolve_by_ear-").lstrip("0123456789.") for file in files] == [
        "-py3-none-any.whl", "tar.gz"
    ]  # fmt: skip
    _ran(sys.executable, "-m", "twine", "check", "--strict", *files)


@pytest.mark.slow
def test_the_wheel_breeds_without_the_checkout(published: Path, tmp_path: Path) -> None:
    """With its spaces, cluster profiles and page beside the code; nothing of the checkout is used."""
    (wheel,) = published.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    told = _ran(sys.executable, "-c", BREEDS, cwd=tmp_path, PYTHONPATH=str(installed), PYTHONSAFEPATH="1")
    best, where = told.splitlines()
    assert best in {"g0-1", "g0-2", "g0-3"}
    assert Path(where).is_relative_to(installed)
    shipped = {path.relative_to(installed / "evolve").as_posix() for path in (installed / "evolve").rglob("*")}
    kept = [*(ROOT / "search_spaces").glob("*.yaml"), *(ROOT / "cluster").glob("*.yaml")]
    assert {path.relative_to(ROOT).as_posix() for path in kept} < shipped
    statics = (ROOT / "evolve" / "page" / "static").iterdir()
    assert {f"page/static/{path.name}" for path in statics} | {"py.typed"} < shipped


@pytest.mark.slow
def test_what_images_get_of_a_checkout_is_enough_to_install_it(tmp_path: Path) -> None:
    """The files that .dockerignore lets in make a wheel; the pinned versions are among them."""
    wanted = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    for name in wanted:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    _ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "made", cwd=tmp_path)
    assert len([*(tmp_path / "made").glob("*.whl")]) == 1
    assert "constraints.txt" in wanted


def test_the_images_commands_are_ones_that_can_be_typed() -> None:
    """What the Dockerfile advises is a command of evolve's, with options that it has."""
    told = (ROOT / "Dockerfile").read_text().replace("\\\n#", "")
    (listen,) = re.findall(r"evolve +listen (.+)$", told, re.MULTILINE)
    options = {word for word in listen.split() if word.startswith("--")}
    shown = _ran(sys.executable, "-m", "evolve", "listen", "--help")
    assert options
    assert all(option in shown for option in options)
