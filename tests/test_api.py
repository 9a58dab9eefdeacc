"""What a program may use of evolve: a few names, imported when they are used, and spaces that can be looked at."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import evolve
from evolve.domain_registry import DEFAULT, named_domain
from evolve.genetics.space_file import parse_space
from evolve.shipped import shipped_spaces

HEAVY = ("tensorflow", "keras", "keras_tuner", "ray", "pandas", "music21", "symusic", "matplotlib", "choix", "numpy")
ROOT = Path(__file__).parents[1]


def loaded_by(program: str) -> set[str]:
    """The heavy libraries, and rooms of evolve, that a program has loaded at its end in a fresh process."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = ended.stdout.split()
    return {name for name in modules if name in HEAVY or name.startswith("evolve.")}


def test_importing_evolve_loads_nothing_else() -> None:
    """Neither a library nor any other room."""
    assert loaded_by("import evolve; evolve.__version__; dir(evolve)") == set()


@pytest.mark.parametrize(
    "space", ["quick", "lstm.yaml", "pictures", {"genes": {"depth": 1, "size": {"type": "boolean"}}}]
)
def test_breeding_loads_numpy_alone(space: object) -> None:
    """A space is loaded, bred and told without TensorFlow, Ray, keras-tuner, pandas or music21."""
    program = f"import evolve\nbreeder = evolve.Breeder(evolve.load_space({space!r}), population=1)\nbreeder.ask()"
    assert loaded_by(f"{program}\nbreeder.tell('g0-1'); breeder.state()") & set(HEAVY) == {"numpy"}


def test_every_public_name_is_there() -> None:
    """`dir` and `from evolve import *` name the same; others are no attributes."""
    assert set(evolve.__all__) <= set(dir(evolve))
    for name in evolve.__all__:
        assert getattr(evolve, name) is not None
    assert issubclass(evolve.EvolveError, Exception)
    with pytest.raises(AttributeError, match="has no attribute 'Bleeder'"):
        _ = evolve.Bleeder  # type: ignore[attr-defined]


def test_the_page_of_the_api_tells_of_every_public_name() -> None:
    """As code, in docs/python-api.md."""
    page = (ROOT / "docs" / "python-api.md").read_text()
    assert [name for name in evolve.__all__ if f"evolve.{name}" not in page] == []


def test_types_are_shipped() -> None:
    """The marker for type checkers lies beside the package."""
    assert (Path(evolve.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize("module", ["evolve", "evolve.breeder", "evolve.spaces"])
def test_the_examples_of_docstrings_are_true(module: str) -> None:
    """Each gives what stands below it."""
    results = doctest.testmod(importlib.import_module(module))
    assert (results.failed, results.attempted > 2) == (0, True)


# --- spaces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_spaces())
def test_a_shipped_space_is_what_a_run_reads(name: str) -> None:
    """With or without suffix, from anywhere; a genome drawn lies in it."""
    space = evolve.load_space(name.removesuffix(".yaml"))
    assert space.text == evolve.load_space(shipped_spaces()[name]).text
    rules = named_domain(space.file.domain or DEFAULT).genes
    assert space.with_groups(["a", "b"]) == parse_space(space.text, name, rules).space.with_groups(["a", "b"])
    assert set(space.sample(3)) <= set(space.genes)


def test_a_space_tells_its_genes_and_settings() -> None:
    """By name; numbers are numbers, words are words."""
    space = evolve.load_space("quick.yaml")
    assert (space.name, space.genes["width"].min_value, space.genes["width"].kind) == ("quick.yaml", 48, "int")
    assert space.genes["repetition_guard"].values == ("off", "gentle")
    assert (space.settings["population"], space.settings["corpus"]) == (6, "fiddle-tunes")
    assert space.size == float("inf")


def test_a_sample_is_drawn_by_a_seed_or_a_generator() -> None:
    """The same seed means the same genome."""
    space = evolve.load_space("quick.yaml")
    assert space.sample(7, ["jig", "reel"]) == space.sample(np.random.default_rng(7), ["jig", "reel"])
    assert "diet" not in space.sample(7)


def test_a_file_of_other_genes_is_a_space_too(tmp_path: Path) -> None:
    """Of any names, with any values; and one that fits the music domain is read by its rules: `off` is a word there."""
    (tmp_path / "mine.yaml").write_text("genes: {legs: {type: int, min_value: 2, max_value: 90}, hat: [x], depth: 99}")
    with pytest.raises(evolve.EvolveError, match=r"^mine\.yaml, line 1, genes\.hat: must be"):
        evolve.load_space(tmp_path / "mine.yaml")
    (tmp_path / "mine.yaml").write_text("genes: {legs: {type: int, min_value: 2, max_value: 90}, hat: off, depth: 99}")
    assert evolve.load_space(tmp_path / "mine.yaml").genes["hat"].values == (False,)
    (tmp_path / "mine.yaml").write_text("{domain: 'mine.py:evaluate', genes: {repetition_guard: off}}")
    assert evolve.load_space(str(tmp_path / "mine.yaml")).genes["repetition_guard"].values == (False,)
    (tmp_path / "mine.yaml").write_text("{domain: pictures, genes: {legs: 2}}")
    with pytest.raises(evolve.EvolveError, match="unknown gene"):
        evolve.load_space(tmp_path / "mine.yaml")
    (tmp_path / "mine.yaml").write_text("genes: {repetition_guard: off}")
    assert evolve.load_space(str(tmp_path / "mine.yaml")).genes["repetition_guard"].values == ("off",)


def test_genes_of_one_s_own_may_be_called_as_those_of_music() -> None:
    """Where their values are none that music has, they are no genes of music."""
    width = {"type": "int", "min_value": 1, "max_value": 5000}
    assert evolve.load_space({"genes": {"width": width}}).genes["width"].max_value == 5000
    with pytest.raises(evolve.EvolveError, match="width cannot be 1; allowed: a whole number from 8 to 2048"):
        evolve.load_space({"domain": "music", "genes": {"width": width}})


def test_a_space_shows_itself() -> None:
    """A line for each gene, and a table in a notebook, in which no name is markup."""
    space = evolve.load_space(
        {
            "description": "Hats",
            "genes": {
                "hat": {"type": "choice", "values": ["<b>", "tall"]},
                "height": {
                    "type": "int", "min_value": 1, "max_value": 64, "step": 2, "sampling": "log",
                    "parent_name": "hat", "parent_values": ["tall"],
                },
                "plume": {"type": "boolean"},
            },
        }
    )  # fmt: skip
    assert repr(space).splitlines() == [
        "Space mapping: Hats",
        "  hat     choice   <b>, tall",
        "  height  int      1 … 64, ×2, log (with hat tall)",
        "  plume   boolean  false, true",
    ]
    assert "<td>&lt;b&gt;, tall</td>" in space._repr_html_()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (5, "load_space: 5 is no search space; give a file's path"),
        ("quik.yaml", "quik.yaml: there is no such file; spaces that ship with evolve"),
        ({}, 'has no key "genes"'),
        ({"genes": {"width": {"type": "int", "min_value": 8}}}, 'has no key "max_value"'),
        ({"genes": {"width": {"type": "integer"}}}, '"integer" is no type'),
        ({"genes": {"legs": {"type": "int"}}}, 'genes.legs: has no key "min_value"'),
        ({"genes": {"width": 8, "diet": {"type": "share"}}}, 'mapping, genes.diet.type: "share" is no type'),
        ({"genes": {"width": object()}}, "load_space: the mapping holds what is no YAML"),
    ],
)
def test_what_is_no_space_is_told(spec: object, said: str) -> None:
    """With what is allowed."""
    with pytest.raises(evolve.EvolveError) as error:
        evolve.load_space(spec)  # type: ignore[arg-type]
    assert said in str(error.value)
