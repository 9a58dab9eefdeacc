"""Small domains of a user's own, as text of a file and as objects, and runs of them in this process."""

from collections.abc import Mapping
from pathlib import Path

from evolve.execution.in_process import InProcessRunner
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin
from evolve.records.run import Json, TrialResult
from tests.execution.settings import Recorder

HATS = '''
"""Draws hats."""

def evaluate(hp, trial):
    """A hat is a bar as high as the gene says."""
    height, colour = hp.Int("height", 1, 40), hp.Choice("colour", ["black", "red"])
    if height > 35:
        raise ValueError("no hat is as high")
    bar = f'<rect width="20" height="{height}" fill="{colour}"/>'
    trial.sample({"drawing": f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">{bar}</svg>'},
                 facts={"height": height})
'''
"""The line of its error is 8."""

GENES = {
    "height": {"type": "int", "min_value": 1, "max_value": 40},
    "colour": {"type": "choice", "values": ["black", "red"]},
}
SPACE_TEXT = """
genes:
  height: {type: int, min_value: 1, max_value: 40}
  colour: {type: choice, values: [black, red]}
"""


def hats_space() -> SearchSpace:
    """The genes of a hat."""
    return parse_space(SPACE_TEXT, "hats.yaml", None).space


def write_hats(folder: Path, text: str = HATS) -> str:
    """Write the domain into a file; gives its reference."""
    (folder / "hats.py").write_text(text, encoding="utf-8")
    return f"{folder / 'hats.py'}:evaluate"


def hats_material(source: DomainSource, **settings: Json) -> RunMaterial:
    """What the trials of a run of hats work from."""
    return RunMaterial(source, b"", {}, hats_space(), {"seed": 7, **settings})


def one_with(slot: int = 1, **genes: Value) -> Individual:
    """An individual with these genes."""
    return Individual(f"g0-{slot}", 0, slot, Genome.from_dict(genes), Origin.FOUNDER)


def results_of(material: RunMaterial, *individuals: Individual) -> Mapping[str, TrialResult]:
    """What their trials give in this process, by id."""
    recorder = Recorder()
    InProcessRunner().run(individuals, material, recorder)
    return recorder.results
