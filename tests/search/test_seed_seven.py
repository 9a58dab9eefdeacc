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
g0-1 gru 2 64 embedding 64 16 0.003478 elu nadam 0.1 128 0.0 chained high 0.32 0.7367 0.64 0.8891 off
g0-2 lstm 1 96 embedding 48 32 0.004025 relu adamw 0.2 96 0.3 chained high 0.17 0.4352 0.8491 0.9326 gentle
g0-3 gru 2 112 onehot 32 0.007379 tanh rmsprop 0.0 128 0.1 chained high 0.63 0.3824 0.7983 0.8161 gentle
g0-4 lstm 2 48 onehot 64 0.0104 tanh adam 0.3 64 0.2 chained high 0.67 0.1747 1.114 0.9866 off
g0-5 lstm 1 128 onehot 64 0.008291 elu nadam 0.3 96 0.1 chained high 0.67 0.6933 0.5111 0.9407 gentle
g0-6 gru 1 80 embedding 16 16 0.005606 relu rmsprop 0.4 64 0.2 chained high 0.73 0.2199 1.246 0.8547 off
g0-3b gru 2 80 onehot 64 0.006674 elu rmsprop 0.2 128 0.2 chained high 0.44 0.2454 1.264 0.9748 gentle
g1-2 lstm 2 96 embedding 48 64 0.003972 relu nadam 0.3 128 0.3 chained high 0.26 0.46 0.8451 0.9372 off
g1-3 gru 2 80 embedding 16 32 0.005606 relu adam 0.4 64 0.2 chained high 0.6 0.2082 1.246 0.8622 gentle
g1-4 lstm 1 96 embedding 16 16 0.005606 relu adamw 0.4 96 0.3 chained high 0.73 0.2199 1.284 0.8657 off
g1-5 lstm 2 80 embedding 16 16 0.004937 relu rmsprop 0.3 64 0.1 chained high 0.73 0.1567 1.246 0.8499 off
g1-6 gru 2 112 embedding 32 64 0.003092 relu adam 0.2 64 0.2 chained high 0.73 0.2945 1.215 0.9242 off
g1-4b lstm 1 128 onehot 64 0.006647 relu nadam 0.3 96 0.2 chained high 0.89 0.9671 0.6343 0.856 off
g2-2 gru 1 64 embedding 32 64 0.005541 tanh adam 0.3 64 0.2 chained high 0.73 0.2019 1.255 0.9253 off
g2-3 lstm 2 80 embedding 64 16 0.003037 elu rmsprop 0.3 64 0.3 chained high 0.28 0.2294 1.258 0.862 off
g2-4 gru 1 64 embedding 16 32 0.005606 relu rmsprop 0.3 64 0.2 chained high 0.73 0.2199 1.15 0.8547 gentle
g2-5 lstm 2 96 embedding 48 32 0.003146 tanh nadam 0.3 128 0.3 chained high 0.72 0.4671 0.8709 0.9239 gentle
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
    # What a model of taste expects may be rounded otherwise on another processor.
    asked.append(Given("taste", "off", "--set"))
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
