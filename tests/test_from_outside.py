"""What CONTRIBUTING promises of additions: a gene, a domain, a judge, a kind of cluster come from outside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.commands import EVOLVE

STRANGER = '''
from typing import Literal
from pydantic import BaseModel
from evolve.clusters.profile import ClusterKind
from evolve.domain import Cost, Preparation
from evolve.errors import ExecutionError
from evolve.presentation import Presentation
from evolve.settings import SettingsModel


class DotSettings(SettingsModel):
    dots: int = 2


class Dots:
    """Text made of dots."""

    name = "dots"
    presentation = Presentation(sample_word="row")
    settings = DotSettings
    genes = None

    def warm_up(self, gpus, card_mb=None): ...

    def prepare(self, settings, space, seed, on_progress):
        return Preparation()

    def load(self, data, facts, space, settings, seed):
        return settings

    def cost(self, genome, material, cpus):
        return Cost()

    def evaluate(self, individual, material, trial):
        for number in range(material.dots):
            trial.sample({"row": "." * (individual.genome["length"] + number)}, facts={"length": number})

    def more(self, files, given, index):
        return None


DOMAIN = Dots()


class ToyProfile(BaseModel):
    kind: Literal["toy"]
    bricks: int


class ToyLauncher:
    def __init__(self, profile):
        self.bricks = profile.bricks

    def launch(self, request):
        raise ExecutionError(f"a tower of {self.bricks} bricks trains nothing")


KIND = ClusterKind(ToyProfile, ToyLauncher)
'''

ENTRY_POINTS = """
[evolve.domains]
dots = stranger:DOMAIN

[evolve.clusters]
toy = stranger:KIND
"""

SPACE = """
domain: dots
genes:
  length: {type: int, min_value: 1, max_value: 40}
settings:
  population: 3
  generations: 2
"""

JUDGE = '''
def longest(candidates):
    """The one with the longest first row is best."""
    by_length = sorted(candidates, key=lambda one: -len(one.samples[0].files["row"].read_text()))
    return " > ".join(one.letter for one in by_length)
'''

NEW_GENE = """
import types
import evolve.network.genes as genes
from evolve.records.gene_rule import GeneRule
genes.GENES = types.MappingProxyType({**genes.GENES, "skips": GeneRule("int", 0, "layers that are skipped", 0, 4)})
import evolve
space = evolve.load_space({"domain": "music", "genes": {"skips": {"type": "int", "min_value": 0, "max_value": 3}}})
print(sorted({member.genome["skips"] for member in evolve.Breeder(space, population=4).ask()}))
try:
    evolve.load_space({"domain": "music", "genes": {"skips": {"type": "int", "min_value": 0, "max_value": 9}}})
except evolve.EvolveError as error:
    print(error)
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with a package of a stranger's, as pip would have put it there."""
    package = tmp_path / "site"
    about = package / "stranger-1.0.dist-info"
    about.mkdir(parents=True)
    (package / "stranger.py").write_text(STRANGER)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "dots.yaml").write_text(SPACE)
    (tmp_path / "judge.py").write_text(JUDGE)
    (tmp_path / "toy.yaml").write_text("kind: toy\nbricks: 7\n")
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command says in this folder, where the stranger's package is installed."""
    environ = {**os.environ, "PYTHONPATH": str(folder / "site"), "COLUMNS": "120"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_a_domain_and_a_judge_need_a_file_each(installed: Path) -> None:
    """A package names its domain, the space file names that, the command names the judge: a run goes to its end."""
    done = run(installed, EVOLVE, "start", "--space", "dots.yaml", "--judge", "judge.py:longest", "--set", "dots=3")
    assert done.returncode == 0, done.stderr
    assert "generation 1" in done.stderr
    assert "champion" in done.stdout.lower() or "★" in done.stdout
    bad = run(installed, EVOLVE, "start", "--space", "dots.yaml", "--set", "notes=3")
    assert 'there is no setting "notes"' in bad.stderr


def test_a_kind_of_cluster_is_one_package(installed: Path) -> None:
    """Its profile is checked, and its launcher is asked for a cluster."""
    done = run(installed, EVOLVE, "start", "--space", "dots.yaml", "--judge", "none", "--cluster", "toy.yaml")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "evolve: a tower of 7 bricks trains nothing")
    (installed / "toy.yaml").write_text("kind: toy\nbricks: many\n")
    wrong = run(installed, EVOLVE, "start", "--space", "dots.yaml", "--judge", "none", "--cluster", "toy.yaml")
    assert "toy.yaml, line 2, bricks: must be a whole number; it is 'many'" in wrong.stderr
    (installed / "toy.yaml").write_text("kind: toys\n")
    unknown = run(installed, EVOLVE, "start", "--space", "dots.yaml", "--judge", "none", "--cluster", "toy.yaml")
    assert "allowed: local, ssh, slurm, toy, or a manifest" in unknown.stderr


def test_a_gene_is_a_rule_among_the_genes(tmp_path: Path) -> None:
    """Sampling, limits and errors follow from it; what remains is to read it where networks are built."""
    told = run(tmp_path, sys.executable, "-c", NEW_GENE).stdout.splitlines()
    assert set(told[0]) <= set("[0123, ]")
    assert told[1].startswith("mapping, genes.skips")
    assert "a whole number from 0 to 4" in told[1]
