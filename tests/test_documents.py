"""What the documents beside the code say is held to what the code does."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

from evolve.cli.app import app
from evolve.cli.clusters import find_profile
from evolve.domains.music.settings import MusicSettings
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.settings import CoreSettings
from evolve.store.paths import RunPaths
from tests.troubles import rows, rows_with_a_test

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_contributing_names_every_room() -> None:
    """The table of rooms in CONTRIBUTING.md has each folder of the package."""
    told = set(re.findall(r"`([a-z_]+)/", (ROOT / "CONTRIBUTING.md").read_text()))
    assert {path.parent.name for path in (ROOT / "evolve").glob("*/__init__.py")} <= told


def test_the_readme_of_runs_names_what_lies_in_a_run_folder() -> None:
    """Each place in the table of runs/README.md is where the store puts it."""
    paths = RunPaths(Path())
    places = set(re.findall(r"^\| `([^`]+)` \|", (ROOT / "runs" / "README.md").read_text(), flags=re.MULTILINE))
    assert places == {
        str(paths.database),
        str(paths.settings),
        str(paths.space),
        str(paths.lock),
        str(paths.material),
        f"{paths.fact_file('opening', 'opening.mid').parent}/",
        f"{paths.artifact('g1-3', 'song-1.mid').parent}/",
        f"{paths.listening(1, 'NAME')}/",
        f"{paths.composed('g1-3')}/",
        f"{paths.checkpoints}/",
        f"{paths.copies}/",
        f"{paths.clusters}/",
    }


def test_the_readme_names_every_setting_with_its_default() -> None:
    """The table of settings in README.md holds just the settings of a run, and the defaults that are plain values."""
    told: dict[str, str] = {}
    for names, defaults in re.findall(r"^\| (`[a-z_`, ]+`) \| ([^|]+) \|", _section("Settings"), flags=re.MULTILINE):
        told |= dict(zip(re.findall(r"`([a-z_]+)`", names), re.split(r", (?!by)", defaults.strip()), strict=False))
    fields = {**CoreSettings.model_fields, **MusicSettings.model_fields}
    assert set(told) == set(fields)
    for name, field in fields.items():
        if isinstance(field.default, bool):
            assert told[name] == str(field.default).lower(), name
        elif isinstance(field.default, int | float):
            assert float(told[name]) == field.default, name


def test_the_readme_names_every_gene() -> None:
    """The table of genes in README.md holds just the genes that a network knows."""
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| ", _section("Search spaces"), flags=re.MULTILINE)
    assert {gene for row in rows for gene in re.findall(r"`([a-z_]+)`", row)} == set(GENES)


def test_the_readme_shows_a_search_space_that_can_be_read() -> None:
    """The example of a search space is one."""
    (example,) = re.findall(r"```yaml\n(.+?)```", README, flags=re.DOTALL)
    assert set(yaml.safe_load(example)["genes"]) <= set(GENES)
    assert parse_space(example, "README.md", GENES).space.size > 1


def _commands(document: str) -> Iterator[str]:
    """The lines that a document has one type: after a prompt in console blocks, all in blocks without a language."""
    language: str | None = None
    for line in (ROOT / document).read_text().splitlines():
        text, fence = line.strip(), re.search(r"```(\w*)$", line)
        if fence:
            language = fence[1] if language is None else None
        elif (language == "console" and text.startswith("$ ")) or (language == "" and text):
            yield text.removeprefix("$ ")


@pytest.mark.parametrize(
    ("document", "line"), [(name, line) for name in ("README.md", "cluster/README.md") for line in _commands(name)]
)
def test_every_command_in_the_readmes_can_be_typed(document: str, line: str) -> None:
    """The shell understands it; of evolve's own, command, arguments and options are known, and a profile is there."""
    subprocess.run(["bash", "-n", "-c", line], check=True)
    command = typer.main.get_command(app)
    program, *words = shlex.split(line, comments=True)
    if program != "evolve" or words == ["--install-completion"]:
        return
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    context = command.make_context("evolve", words)
    profile = context.params.get("cluster")
    if profile is not None and profile.startswith("cluster/"):
        assert (ROOT / profile).is_file(), f"{document}: {profile}"


def _programs(document: str) -> list[str]:
    """The blocks of Python in a document."""
    return re.findall(r"^```python\n(.+?)^```", (ROOT / document).read_text(), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "docs/python-api.md"])
def test_every_program_in_the_documents_runs(document: str, tmp_path: Path) -> None:
    """Each block in an empty folder of its own, in a fresh process."""
    assert _programs(document)
    for number, program in enumerate(_programs(document)):
        folder = tmp_path / str(number)
        folder.mkdir()
        ended = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{program}\n{ended.stderr}"


@pytest.mark.parametrize("profile", sorted((ROOT / "cluster").glob("*.yaml")), ids=lambda path: path.name)
def test_every_cluster_profile_can_be_read(profile: Path, tmp_path: Path) -> None:
    """Those that ship are right as they are, and so is every line that is commented out in them."""
    find_profile(str(profile))
    if profile.name != "kubernetes.yaml":
        offered = re.sub(r"^( *)# (\w+: )", r"\1\2", profile.read_text(), flags=re.MULTILINE)
        assert offered != profile.read_text()
        (tmp_path / profile.name).write_text(offered)
        find_profile(str(tmp_path / profile.name))


def test_every_trouble_that_is_told_of_is_brought_about_by_a_test() -> None:
    """Each row of docs/when-things-go-wrong.md has a test that holds the program to its words; no test lacks a row."""
    assert set(rows()) == rows_with_a_test()
    assert all(rows().values())


def _section(title: str) -> str:
    """The part of README.md under a heading."""
    return README.split(f"## {title}\n")[1].split("\n## ")[0]
