"""A run of ``--space quick.yaml --seed 7`` breeds the genomes that it always has."""

from pathlib import Path

from evolve.domains.music import DOMAIN
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.ballot import Ballot
from evolve.records.genome import Value
from evolve.records.individual import Individual
from evolve.records.shares import Shares
from evolve.search.listening import ListeningSession
from evolve.search.steps import Outcome, create
from evolve.settings import Given, settle
from tests.pretended_trials import PretendedExecution, go

QUICK = Path(__file__).parents[2] / "search_spaces" / "quick.yaml"

BORN = """
g0-1 gru 1 64 embedding 16 64 0.003864 elu rmsprop 0.1 128 0.2 chained high 0.42 0.2009 0.5716 0.8062 off
g0-2 lstm 2 112 onehot 32 0.004851 tanh rmsprop 0.0 128 0.1 chained high 0.23 0.2185 0.8509 0.8043 gentle
g0-3 gru 2 128 onehot 16 0.007306 tanh adamw 0.1 96 0.2 chained high 0.32 0.4276 1.12 0.8055 gentle
g0-4 gru 2 128 embedding 16 32 0.007129 relu adamw 0.1 64 0.1 chained high 0.69 0.4843 0.5578 0.9378 gentle
g0-5 lstm 1 96 embedding 48 64 0.003219 relu adam 0.1 96 0.0 chained high 0.48 0.1929 0.9911 0.8623 off
g0-6 gru 2 96 embedding 48 32 0.003143 tanh adamw 0.1 96 0.0 chained high 0.07 0.9737 1.108 0.9444 off
g0-3b gru 2 80 onehot 64 0.006674 elu rmsprop 0.2 128 0.2 chained high 0.44 0.2454 1.264 0.9748 gentle
g1-2 lstm 2 112 onehot 32 0.003064 elu rmsprop 0.2 64 0.1 chained high 0.57 0.1917 0.8519 0.8067 gentle
g1-3 gru 1 96 embedding 48 16 0.003143 tanh adam 0.1 96 0.0 chained high 0.23 0.9124 1.108 0.9514 gentle
g1-4 lstm 2 112 embedding 48 32 0.003143 tanh rmsprop 0.1 64 0.1 chained high 0.07 0.9737 1.174 0.9546 off
g1-5 lstm 1 96 embedding 48 32 0.003065 tanh adamw 0.2 96 0.1 chained high 0.07 0.9884 1.108 0.8849 off
g1-6 gru 2 112 embedding 32 64 0.003092 relu adam 0.2 64 0.2 chained high 0.73 0.2945 1.215 0.9242 off
g1-4b lstm 1 128 onehot 64 0.006647 relu nadam 0.3 96 0.2 chained high 0.89 0.9671 0.6343 0.856 off
g2-2 gru 2 96 embedding 32 32 0.003237 relu adam 0.1 64 0.1 chained high 0.74 0.2966 1.212 0.9229 off
g2-3 gru 1 112 onehot 16 0.003051 tanh rmsprop 0.1 64 0.1 chained high 0.0 0.1561 1.202 0.9631 gentle
g2-4 gru 2 80 embedding 48 64 0.003143 tanh adamw 0.0 96 0.0 chained high 0.07 0.9737 1.023 0.9444 gentle
g2-5 lstm 1 112 onehot 64 0.003065 elu adam 0.2 64 0.2 chained high 0.59 0.2091 1.34 0.8078 gentle
g2-6 lstm 1 128 onehot 64 0.007522 relu nadam 0.2 128 0.0 chained high 0.42 0.3704 0.8148 0.8232 gentle
"""
"""Everybody who was born, with the values of their genes; of a diet the share of ``high``."""


def test_quick_yaml_and_seed_seven_breed_these_genomes(grouped_tunes: Path, tmp_path: Path) -> None:
    """Through three generations, two failures and the same ranking of blind letters each time."""
    text = QUICK.read_text()
    written = [
        Given(name, value, QUICK.name, is_firm=False) for name, value, _ in parse_space(text, "", GENES).settings
    ]
    asked = [Given("corpus", (str(grouped_tunes),), "--corpus"), Given("seed", 7, "--seed")]
    settings = settle([*written, *asked], DOMAIN.settings, DOMAIN.presentation.screening)
    with create(tmp_path / "run", settings, QUICK.name, text) as store:
        assert go(store, PretendedExecution(unlucky), in_this_order) is Outcome.COMPLETE
        run = store.read()
    born = [one.individual for one in run.individuals.values()]
    assert [" ".join([one.id, *map(told, one.genome.as_dict().items())]) for one in born] == BORN.strip().splitlines()
    assert [one.elites for one in run.generations] == [(), ("g0-6",), ("g1-6",)]
    assert [one.parents for one in run.generations] == [("g0-6", "g0-2", "g0-5"), ("g1-6", "g0-6", "g1-2"), ()]


def unlucky(individual: Individual) -> str | None:
    """Two fail."""
    return "no memory" if individual.id in ("g0-3", "g1-4") else None


def in_this_order(session: ListeningSession) -> tuple[Ballot, str]:
    """B > A = C > E > F ! D."""
    a, b, c, d, e, f = session.letters.values()
    return Ballot(((b,), (a, c), (e,), (f,)), (d,)), "order"


def told(gene: tuple[str, Value]) -> str:
    """A gene's value in a word or two."""
    value = gene[1]
    return f"high {dict(value.parts)['high']}" if isinstance(value, Shares) else str(value)
