"""Studies of Optuna, made and read by the stock library: into a space and founders, and out of a run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

import evolve
from evolve.cli.app import run as command
from evolve.errors import SpaceError
from evolve.exchange.optuna_study import genes_of, read_study, study_of
from evolve.genetics.space_file import parse_space
from evolve.inputs.yaml_files import to_yaml
from evolve.records.run import RunRecord
from evolve.spaces import genome_from, load_space, plain
from tests.pretended_trials import WORDS_ALONE

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def silent() -> None:
    """Without Optuna's own lines."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial: optuna.Trial) -> float:
    """Asks for parameters of every kind, one of them only now and then."""
    units = trial.suggest_int("units", 16, 128, step=16)
    cell = trial.suggest_categorical("cell", ["lstm", "gru"])
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    trial.suggest_float("dropout", 0.0, 0.5, step=0.1)
    trial.suggest_categorical("bias", [True, False])
    if cell == "gru":
        trial.suggest_int("layers", 1, 8, log=True)
    if trial.number == 5:
        raise optuna.TrialPruned
    return float(units * rate)


@pytest.fixture(scope="module", params=["minimize", "maximize"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, optuna.Study]:
    """A study in a database, and where."""
    place = f"sqlite:///{tmp_path_factory.mktemp('optuna') / 'study.db'}"
    study = optuna.create_study(
        study_name="mine", storage=place, direction=request.param, sampler=optuna.samplers.RandomSampler(seed=3)
    )
    study.optimize(objective, n_trials=14)
    return place, study


def test_the_best_trials_are_genomes_of_the_space(made: tuple[str, optuna.Study]) -> None:
    """In the order of the study's direction; pruned ones are left out, and what depends on a choice does so here."""
    place, study = made
    read = read_study(f"{place}#mine")
    space = parse_space(read.space, "space.yaml", rules=None).space
    assert (space.gene("layers").parent_name, space.gene("layers").parent_values) == ("cell", ("gru",))
    assert (space.gene("units").step, space.gene("rate").sampling, space.gene("dropout").step) == (16, "log", 0.1)
    assert read.trials[0].score == study.best_value
    scores = [one.score for one in read.trials]
    assert scores == sorted(scores, reverse=study.direction.name == "MAXIMIZE")
    assert len(scores) == 13
    for one in read.trials:
        assert one.genome == study.trials[int(one.id)].params
        assert plain(genome_from(one.genome, space)) == one.genome
    assert read.notices == ()


def test_a_journal_with_one_study_needs_no_name(tmp_path: Path) -> None:
    """A file that Optuna appends to."""
    from optuna.storages import JournalStorage  # noqa: PLC0415
    from optuna.storages.journal import JournalFileBackend  # noqa: PLC0415

    storage = JournalStorage(JournalFileBackend(str(tmp_path / "study.log")))
    optuna.create_study(study_name="only", storage=storage).optimize(objective, n_trials=3)
    assert len(read_study(str(tmp_path / "study.log")).trials) == 3


def test_what_is_imported_begins_a_run(
    made: tuple[str, optuna.Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a domain of one's own, which reads the same parameters."""
    monkeypatch.chdir(tmp_path)
    assert command(["import", f"optuna:{made[0]}#mine", "-o", "mine", "--best", "3"]) == 0
    assert "the best 3 trials of 13" in capsys.readouterr().err
    founders = json.loads(Path("mine/founders.json").read_text())
    Path("mine.py").write_text("def evaluate(hp, trial):\n    trial.sample({'text': str(hp.get('units'))})\n")
    with evolve.Search(
        "runs/a", space="mine/space.yaml", domain="mine.py:evaluate", population=4, generations=1, engine="here",
        judge="simulated:additive",
    ) as search:  # fmt: skip
        search.enqueue(*founders)
        search.run()
        study = search.to_optuna()
    assert len(study.trials) == 4
    assert all(any(trial.params == founder for trial in study.trials) for founder in founders)


def test_a_run_is_loaded_by_the_stock_library(bred: RunRecord, tmp_path: Path) -> None:
    """With everybody who was ranked, their genes, and who their parents are; it can be read back as well."""
    space = parse_space(WORDS_ALONE, "words.yaml", rules=None).space
    place = f"sqlite:///{tmp_path / 'study.db'}"
    study_of(bred, space, storage=place, name="night")
    study = optuna.load_study(study_name="night", storage=place)
    assert len(study.trials) == len(bred.individuals)
    last = bred.generations[-1].ranking
    first = min(last, key=lambda name: last[name].rank)
    values = {trial.user_attrs["id"]: trial.value for trial in study.trials}
    assert values[first] == study.best_value == 1.0
    for trial in study.trials:
        record = bred.individuals[trial.user_attrs["id"]]
        assert trial.params == plain(record.individual.genome)
        assert trial.user_attrs["parents"] == list(record.individual.parents)
    frame = study.trials_dataframe(attrs=("value", "params", "user_attrs"))
    assert len(frame) == len(study.trials)
    again = read_study(f"{place}#night")
    assert again.trials[0].score == 1.0
    with pytest.raises(SpaceError, match="has a study night already; give another name"):
        study_of(bred, space, storage=place, name="night")


def test_shares_are_a_parameter_for_each_group(tmp_path: Path) -> None:
    """Optuna knows numbers and choices alone."""
    genes = {"genes": {"diet": {"type": "shares", "values": ["jig", "reel"]}}}
    domain = tmp_path / "mine.py"
    domain.write_text("def evaluate(hp, trial):\n    trial.sample({'text': 'x'})\n")
    with evolve.Search(
        tmp_path / "run", genes, domain=f"{domain}:evaluate", population=3, generations=1, engine="here",
        judge="simulated:additive",
    ) as search:  # fmt: skip
        search.run()
        study = search.to_optuna()
    assert all(sum(trial.params.values()) == pytest.approx(1.0) for trial in study.trials)
    assert {name for trial in study.trials for name in trial.params} == {"diet/jig", "diet/reel"}


def numbers() -> st.SearchStrategy[Any]:
    """Distributions of numbers, as Optuna allows them."""
    whole = st.tuples(st.integers(1, 50), st.integers(0, 50), st.integers(1, 5))
    real = st.tuples(st.floats(0.001, 10), st.floats(0.001, 10))
    return st.one_of(
        whole.map(lambda one: IntDistribution(one[0], one[0] + one[1] * one[2], step=one[2])),
        whole.map(lambda one: IntDistribution(one[0], one[0] + one[1], log=True)),
        real.map(lambda one: FloatDistribution(one[0], one[0] + one[1])),
        real.map(lambda one: FloatDistribution(one[0], one[0] + one[1], log=True)),
    )


@given(
    st.dictionaries(st.sampled_from("abc"), numbers(), min_size=1), st.lists(st.text("xyz", min_size=1), unique=True)
)
def test_any_distributions_are_a_space_that_holds_their_ends(asked: dict[str, Any], words: list[str]) -> None:
    """As a file of it is read."""
    distributions = asked | ({"word": CategoricalDistribution(words)} if words else {})
    low = {name: one.low for name, one in asked.items()} | ({"word": words[0]} if words else {})
    high = {name: one.high for name, one in asked.items()} | ({"word": words[-1]} if words else {})
    genes = genes_of([distributions, distributions], [low, high])
    space = load_space({"genes": json.loads(json.dumps(genes))}).with_groups()
    assert parse_space(to_yaml({"genes": genes}), "space.yaml", rules=None).space == space
    for values in (low, high):
        assert plain(genome_from(values, space)) == values


def two_objectives(place: str) -> None:
    """A study that cannot be ordered."""
    study = optuna.create_study(study_name="two", storage=place, directions=["minimize", "maximize"])
    study.add_trial(
        optuna.trial.create_trial(params={"a": 1}, distributions={"a": IntDistribution(1, 2)}, values=[1.0, 2.0])
    )


def nothing_done(place: str) -> None:
    """A study without a completed trial."""
    optuna.create_study(study_name="new", storage=place)


def strange_choice(place: str) -> None:
    """A study that chooses among what a space file cannot say."""
    study = optuna.create_study(study_name="none", storage=place)
    study.optimize(lambda trial: float(trial.suggest_categorical("a", [None, 1]) or 0), n_trials=1)


@pytest.mark.parametrize(
    ("make", "study", "told"),
    [
        (None, "", "is not there; give the storage of a study"),
        (
            lambda place: Path(place.removeprefix("sqlite:///")).write_text("no database"),
            "",
            "is no storage of Optuna's",
        ),
        (two_objectives, "", "the study has 2 objectives; only one can order its trials"),
        (nothing_done, "", "no trial of the study is completed; run one first"),
        (nothing_done, "#nwe", 'no study nwe; did you mean "new"?; it has new: give'),
        (strange_choice, "", '"a" is chosen among [None, 1]; a gene chooses among texts, numbers and booleans'),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)[:20]),
)
def test_what_cannot_be_read_is_told(
    make: Callable[[str], object] | None, study: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line; nothing is written."""
    place = f"sqlite:///{tmp_path / 'study.db'}"
    if make is not None:
        make(place)
    assert command(["import", f"optuna:{place}{study}", "-o", str(tmp_path / "mine")]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert not (tmp_path / "mine").exists()
