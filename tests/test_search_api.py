"""A search from Python: iterated over, ranked, stopped and gone on with, by whoever judges."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.function_domain import FunctionDomain
from evolve.presentation import Presentation
from evolve.records.ballot import Candidate
from evolve.records.events import Event, EventKind
from evolve.store.run_store import RunStore
from tests.own_domains import GENES, write_hats
from tests.test_api import loaded_by

SMALL: dict[str, Any] = {"population": 4, "parents": 2, "generations": 2, "seed": 7, "pictures": 2, "size": 32}


def quiet(_: Event) -> None:
    """Nobody looks on."""


def pictures(folder: Path, judge: Any = None, **settings: Any) -> evolve.Search:  # noqa: ANN401
    """A search of small pictures in this process; without settings one that was begun."""
    space = "pictures.yaml" if settings else None
    return evolve.Search(folder, space, engine="here", judge=judge, on_event=quiet, **settings)


def by_letter(candidates: Sequence[Candidate]) -> str:
    """A > B > C > D."""
    return " > ".join(candidate.letter for candidate in candidates)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a search that was ranked to its end."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    with pictures(folder, **SMALL) as search:
        for generation in search:
            generation.rank(by_letter(generation.candidates))
    return folder


def test_a_search_is_iterated_over_and_ranked(finished: Path) -> None:
    """Each generation comes once, when all its members can be judged; then it is over."""
    with pictures(finished) as search:
        assert search.is_complete
        assert list(search) == []
        best = search.best
    assert best is not None
    assert (best.rank, len(best.samples), set(best.samples[0].files)) == (1, 2, {"image"})
    assert best.samples[0].files["image"].read_bytes().startswith(b"\x89PNG")
    assert {"hues", "contrast"} <= set(best.samples[0].facts)
    assert {"contrast", "detail"} <= set(best.metrics)
    assert set(best.genome) <= set(evolve.load_space("pictures.yaml").genes)


@pytest.mark.parametrize("judge", [by_letter, None], ids=["a function", "iterating"])
def test_a_run_that_somebody_else_judges_forgets_its_simulated_judge(tmp_path: Path, judge: Any) -> None:  # noqa: ANN401
    """So `evolve resume` does not have that one take it over again; looking at a finished run changes nothing."""
    with pictures(tmp_path / "run", "simulated:peaks", **(SMALL | {"generations": 1})) as search:
        search.run()
        assert list(search) == []
        assert search.report()["judge"] == "simulated:peaks"
    with pictures(tmp_path / "run", judge, generations=2) as search:
        if judge is None:
            next(iter(search)).rank("A > B > C > D")
        else:
            search.run()
        assert search.report()["judge"] is None


def test_candidates_have_letters_ids_files_and_facts(tmp_path: Path) -> None:
    """Under blind letters, ready to be shown; nothing is best before there is a ranking."""
    with pictures(tmp_path / "run", **SMALL) as search:
        generation = next(iter(search))
        assert search.best is None
        assert not search.is_complete
    assert generation.index == 0
    assert [one.letter for one in generation.candidates] == ["A", "B", "C", "D"]
    assert sorted(one.id for one in generation.candidates) == ["g0-1", "g0-2", "g0-3", "g0-4"]
    for candidate in generation.candidates:
        assert [sample.index for sample in candidate.samples] == [1, 2]
        assert all(sample.files["image"].is_file() for sample in candidate.samples)


def test_a_search_branches_off_another(finished: Path, tmp_path: Path) -> None:
    """Into a folder of its own, with other settings and the same judge; the first one stays what it was."""
    with pictures(finished, by_letter) as search:
        before = search.report()
        with search.branch(tmp_path / "wilder", ["g0-3", "g1-2"], exploration=0.9, generations=1) as branched:
            branched.run()
            assert branched.is_complete
            report = branched.report()
        with search.branch(str(tmp_path / "one"), "g0-3") as one:
            assert one.report()["branched"]["founders"] == [{"id": "g0-1", "was": "g0-3"}]
        assert search.report() == before
        with pytest.raises(evolve.EvolveError, match=r"pictures=9: a branch keeps pictures=2"):
            search.branch(tmp_path / "more", pictures=9)
        with pytest.raises(evolve.EvolveError, match=r"ancestors=None: must be ids, such as"):
            search.branch(tmp_path / "more", None)  # type: ignore[arg-type]  # as somebody may
    assert [(one["id"], one["was"]) for one in report["branched"]["founders"]] == [("g0-1", "g0-3"), ("g0-2", "g1-2")]
    assert report["settings"]["exploration"] == 0.9
    with evolve.Search(tmp_path / "wilder", engine="here", on_event=quiet) as again:
        assert again.is_complete


@pytest.mark.parametrize(
    ("ranking", "rejected"),
    [
        ("C > A = B ! D", ()),
        ("{C} > {A} = {B} ! {D}", ()),
        ([["C"], ["A", "B"]], ["D"]),
        ([["{C}"], ["{A}", "B"]], ["{D}"]),
        (["C", ["A", "B"]], ["D"]),
    ],
)
def test_a_ranking_is_of_letters_ids_or_tiers(tmp_path: Path, ranking: Any, rejected: Any) -> None:  # noqa: ANN401
    """However it is written, it is the same ballot."""
    with pictures(tmp_path / "run", **SMALL) as search:
        generation = next(iter(search))
        ids = {one.letter: one.id for one in generation.candidates}

        def meant(given: Any) -> Any:  # noqa: ANN401
            return given.format(**ids) if isinstance(given, str) else [meant(one) for one in given]

        generation.rank(meant(ranking), meant(rejected))
    with RunStore(tmp_path / "run") as store:
        (record,) = store.read().generations[0].ballots
    assert record.ballot.tiers == ((ids["C"],), (ids["A"], ids["B"]))
    assert (record.ballot.rejected, record.listener, record.method) == ((ids["D"],), "listener", "python")


def test_a_search_goes_on_where_its_run_stands(tmp_path: Path, finished: Path) -> None:
    """After each generation another process may come; the genomes are those of an undisturbed search."""
    for _ in range(3):
        with pictures(tmp_path / "run", **SMALL) as search:
            for generation in search:
                generation.rank(by_letter(generation.candidates))
                break
    with pictures(tmp_path / "run") as search, pictures(finished) as undisturbed:
        assert search.is_complete
        assert search.best is not None
        assert undisturbed.best is not None
        assert search.best.id == undisturbed.best.id
        assert genomes(search) == genomes(undisturbed)


def genomes(search: evolve.Search) -> list[object]:
    """Everybody's, in the order of their birth."""
    return [one["genome"] for generation in search.report()["generations"] for one in generation["individuals"]]


def test_a_run_that_was_begun_can_have_more_generations(tmp_path: Path) -> None:
    """And nothing else."""
    folder = tmp_path / "run"
    pictures(folder, by_letter, **SMALL).run()
    with pictures(folder, by_letter, **{**SMALL, "generations": 3}) as search:
        assert not search.is_complete
        search.run()
        assert len(search.report()["generations"]) == 3


def test_a_judge_may_be_a_function(tmp_path: Path) -> None:
    """It is given each generation, and the search runs to its end by itself."""
    seen: list[int] = []

    def judge(candidates: Sequence[Candidate]) -> list[list[str]]:
        seen.append(len(candidates))
        return [[one.id] for one in candidates]

    with pictures(tmp_path / "run", judge, **SMALL) as search:
        search.run()
        assert search.is_complete
    assert len(seen) == 2


def test_events_are_heard_by_whoever_asks(tmp_path: Path) -> None:
    """In this process, in their order."""
    heard: list[EventKind] = []
    with evolve.Search(
        tmp_path / "run", "pictures", engine="here", on_event=lambda event: heard.append(event.kind), **SMALL
    ) as search:
        next(iter(search))
    assert (heard[0], heard[-1]) == (EventKind.BRED, EventKind.EVALUATED)
    assert heard.count(EventKind.FINISHED) == 4


def test_the_report_is_a_document_a_table_and_a_page(finished: Path) -> None:
    """As docs/report-format.md has it; a row for each who was judged in each generation."""
    with pictures(finished) as search:
        report = search.report()
    assert [one["index"] for one in report["generations"]] == [0, 1]
    frame = report.dataframe()
    assert len(frame) == 8
    assert "<table" in report._repr_html_()


HATS = {"genes": GENES}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "there is no run yet; give a space to begin one"),
        ({"space": "quik.yaml"}, "there is no such file"),
        ({"space": "pictures", "engine": "there"}, "engine='there': must be 'ray', 'tune' or 'here'"),
        ({"space": "pictures", "populatoin": 4}, 'populatoin=4: there is no setting "populatoin"; .*did you mean'),
        ({"space": "pictures", "population": 0}, "population=0: population must be"),
        ({"space": "pictures", "population": 2, "parents": 3}, "parents=3: parents is 3, but at most 2 fit"),
        ({"space": "pictures", "domain": "picture"}, "there is no domain .picture.; .*did you mean .pictures."),
        ({"space": "pictures", "listener": "../me"}, "cannot be a name"),
        ({"space": "pictures", "domain": "music"}, "depth"),
        ({"space": HATS, "domain": "nowhere.py:evaluate"}, "there is no file nowhere.py"),
        ({"space": HATS, "domain": 3}, "domain=3 is neither a domain nor a function"),
        ({"space": HATS, "domain": int}, "is neither a domain nor a function"),
        ({"space": "pictures", "population": "six"}, "population='six': population must be a whole number"),
        ({"space": 5}, "load_space: 5 is no search space; give"),
        ({"space": "pictures", "judge": 7}, 'judge=7: must be "terminal", "page", "simulated:KIND", or a function'),
        ({"space": "pictures", "judge": "simulated:lasy"}, 'judge=simulated:lasy: there is no .*did you mean "lazy"'),
        ({"space": "pictures", "judge": "simulated:lazy,noise=-1"}, "judge=simulated:lazy,noise=-1: noise=-1: must be"),
        ({"space": "pictures", "listener": 5}, "listener=5: must be a name"),
        ({"space": "pictures", "address": 5}, "address=5: must be HOST:PORT"),
        ({"space": "pictures", "on_event": 5}, "on_event=5: must be a function"),
        ({"space": "quick", "build": 5}, 'build: must be "FILE.py:NAME"'),
        ({"space": "quick", "build": __file__ + ":bild"}, "has nothing called bild; it has quiet, pictures"),
        ({"space": HATS, "domain": __file__ + ":evaluat"}, "has nothing called evaluat; it has"),
        (
            {"space": {"genes": {"sine": {"type": "boolean"}, "depth": 2}}, "population": 9, "domain": "pictures"},
            "give population=2",
        ),
        ({"space": {"genes": {"a": {"type": "boolean"}}}, "domain": "hats", "population": 4}, "there is no domain"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(tmp_path: Path, arguments: dict[str, Any], said: str) -> None:
    """Before there is a folder."""
    with pytest.raises(evolve.EvolveError, match=said) as told:
        evolve.Search(tmp_path / "run", **arguments)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"population": 5}, "was begun with population=4; leave population out, or give a new folder"),
        ({"space": "quick.yaml"}, "was begun with another space; leave it out"),
        ({"generations": 0}, "generations must be"),
    ],
)
def test_a_run_that_was_begun_otherwise_is_told(finished: Path, arguments: dict[str, Any], said: str) -> None:
    """It stays as it is."""
    with pytest.raises(evolve.EvolveError, match=said):
        evolve.Search(finished, engine="here", on_event=quiet, **arguments)


def test_a_generation_that_nobody_has_ranked_is_told(tmp_path: Path) -> None:
    """Who goes on without a ranking, or has nobody to judge; what was made is kept."""
    with pictures(tmp_path / "run", **SMALL) as search:
        generations = iter(search)
        next(generations)
        with pytest.raises(evolve.EvolveError, match=r"generation 0 was not ranked; call generation\.rank"):
            next(generations)
        with pytest.raises(evolve.EvolveError, match="nobody is there to judge"):
            search.run()
    with pytest.raises(evolve.EvolveError, match='must be "terminal", "page", "simulated:KIND", or a function'):
        pictures(tmp_path / "run", judge="me").run()


@pytest.mark.parametrize("ranking", ["A > B", "A > B > C > D > E", "A > A > B > C > D", "", [["A"], ["B"]], 5, [[1]]])
def test_a_ranking_that_is_none_is_told_and_can_be_given_again(tmp_path: Path, ranking: Any) -> None:  # noqa: ANN401
    """Somebody unknown, named twice or left out."""
    with pictures(tmp_path / "run", **{**SMALL, "generations": 1}) as search:
        for generation in search:
            with pytest.raises(evolve.EvolveError):
                generation.rank(ranking)
            generation.rank("A > ...")
        assert search.is_complete


def test_code_of_ones_own_is_run_only_where_it_is_named(tmp_path: Path) -> None:
    """By the folder alone it is not: that may be anybody's."""
    reference = write_hats(tmp_path)
    few: dict[str, Any] = {"engine": "here", "on_event": quiet}

    def judge(candidates: Sequence[Candidate]) -> str:
        return " > ".join(candidate.letter for candidate in candidates)

    with evolve.Search(
        tmp_path / "run", HATS, domain=reference, judge=judge, population=3, parents=1, generations=1, **few
    ) as search:
        search.run()
        assert search.best is not None
        assert search.best.samples[0].files["drawing"].suffix == ".svg"
    with (
        evolve.Search(tmp_path / "run", **few) as search,
        pytest.raises(evolve.EvolveError, match="only when you name it"),
    ):
        list(search)


def test_beginning_a_search_loads_no_heavy_library(tmp_path: Path) -> None:
    """Neither TensorFlow nor Ray, pandas, or what draws music, until a trial runs."""
    begun = f"import evolve; evolve.Search({str(tmp_path / 'run')!r}, 'quick', on_event=print)"
    assert loaded_by(begun) & {"tensorflow", "keras", "keras_tuner", "ray", "pandas", "music21", "symusic"} == set()


SCRIPT = """
import evolve

def evaluate(hp, trial):
    size = hp.Int("size", 1, 30)
    trial.report(epoch=1, of=1, loss=1 / size)
    trial.sample({"square": f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="{size}"/></svg>'}, {"size": size})

def largest_first(candidates):
    order = sorted(candidates, key=lambda one: -one.samples[0].facts["size"])
    return [[one.id] for one in order]

if __name__ == "__main__":
    space = {"genes": {"size": {"type": "int", "min_value": 1, "max_value": 30}}}
    with evolve.Search("run", space, domain=evaluate, judge=largest_first, on_event=lambda _: None,
                       population=4, parents=2, generations=2, seed=3) as search:
        search.run()
        sizes = [one["genome"]["size"] for each in search.report()["generations"] for one in each["individuals"]]
        print(search.best.genome["size"], max(sizes))
"""


@pytest.mark.slow
def test_a_function_of_a_script_runs_on_rays_workers(tmp_path: Path) -> None:
    """It lies in no module that a worker could import; twice, as the second time the run is complete."""
    (tmp_path / "mine.py").write_text(SCRIPT)
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=400
        )
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
        best, largest = ended.stdout.split()
        assert best == largest


# --- what a first user stumbles over ----------------------------------------------------------------------------------


def hat(hp: Any, trial: evolve.Trial) -> None:  # noqa: ANN401
    """A hat of a gene that the space does not have."""
    trial.sample({"text": f"{hp.Int('height', 1, 40)} {hp.Choice('color', ['black', 'red'])}"})


FEW: dict[str, Any] = {"population": 4, "parents": 2, "generations": 2, "seed": 7, "engine": "here"}


def test_a_gene_that_is_asked_for_by_another_name_is_told_once_a_run(tmp_path: Path) -> None:
    """With the genes of the space and the nearest spelling; also where several processes do the work."""
    heard: list[str] = []

    def hear(event: Event) -> None:
        if event.kind is EventKind.NOTICE:
            heard.append(event.text)

    for _ in range(2):
        with evolve.Search(tmp_path / "run", HATS, domain=hat, on_event=hear, **FEW) as search:
            next(iter(search)).rank("A > ...")
    assert heard == [
        'hat asks for "color", of which the space says nothing: it stays at its default; the space has height, colour; '
        'did you mean "colour"?'
    ]


BROKEN = """
def evaluate(hp, trial):
    trial.sample({"text": str(hp.Int("height", 1, 40) / 0)})
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BROKEN, r"ZeroDivisionError: division by zero \(hats\.py, line 3\)"),
        (BROKEN.replace("/ 0)})", ")}, {'n': {1}})"), r'the fact "n" is of the type set.* \(hats\.py, line 3\)'),
        ("def evaluate(hp, trial):\n    pass\n", r"hats\.py:evaluate gave no sample.* \(hats\.py, line 1\)"),
    ],
)
def test_a_bug_in_every_evaluation_stops_the_run_after_three_trials(tmp_path: Path, text: str, reason: str) -> None:
    """With its reason, file and line; mended, the run goes on, and nothing is lost."""
    folder = tmp_path / "run"
    begun: dict[str, Any] = {"domain": write_hats(tmp_path, text), "on_event": quiet}
    with evolve.Search(folder, HATS, **begun, **FEW) as search:
        for _ in range(2):  # as many more, where nothing was mended
            alike = rf"all trials so far, 3, failed alike, with: {reason}"
            with pytest.raises(evolve.EvolveError, match=alike) as told:
                list(search)
            assert f'mend that and go on: evolve.Search("{folder}")' in str(told.value)
        named = [one["id"] for one in search.report()["generations"][0]["individuals"]]
        assert len(named) == len(set(named)) == len(search.report().dataframe())
    begun["domain"] = write_hats(tmp_path)
    with pytest.warns(UserWarning, match=r"hats\.py has changed"):
        mended = evolve.Search(folder, **begun, engine="here")
    with mended as search:
        assert len(next(iter(search)).candidates) == 4
        born = search.report()["generations"][0]["individuals"]
    assert sum(bool(re.search(reason, one["failure"] or "")) for one in born) == 6


def test_genomes_that_fail_beside_others_that_do_not_stop_nothing(tmp_path: Path) -> None:
    """They are replaced, however many fail alike."""

    def evaluate(hp: Any, trial: evolve.Trial) -> None:  # noqa: ANN401
        if trial.individual_id in ("g0-2", "g0-3", "g0-4"):
            raise ValueError("no")
        trial.sample({"text": str(hp.Int("height", 1, 40))})

    with evolve.Search(tmp_path / "run", HATS, domain=evaluate, on_event=quiet, **FEW) as search:
        assert {one.id for one in next(iter(search)).candidates} == {"g0-1", "g0-2b", "g0-3b", "g0-4b"}


def test_a_closed_search_says_so(tmp_path: Path) -> None:
    """Whatever it is asked for, its generations too; closing it twice does no harm."""
    with pictures(tmp_path / "run", by_letter, **SMALL) as search:
        generation = next(iter(search))
    search.close()
    calls: list[Callable[[], object]] = [
        lambda: search.best, lambda: search.is_complete, search.report, search.run, lambda: list(search),
        lambda: generation.rank("A > ..."), lambda: search.branch(tmp_path / "branch"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(evolve.EvolveError, match=r"this search was closed; open it again: evolve\.Search\("):
            call()


def test_another_function_of_the_same_name_is_told(tmp_path: Path) -> None:
    """As another content of a file is; the same one is not, whichever process has it."""

    def begun_with(body: str) -> Callable[..., object]:
        path = tmp_path / f"script_{len(body)}.py"
        path.write_text(f"def evaluate(hp, trial):\n    trial.sample({{'text': {body}}})\n")
        names: dict[str, Any] = {}
        exec(compile(path.read_text(), path, "exec"), names)  # noqa: S102
        return names["evaluate"]  # type: ignore[no-any-return]

    few: dict[str, Any] = {"on_event": quiet, "engine": "here"}
    for _ in range(2):
        evolve.Search(tmp_path / "run", HATS, domain=begun_with("'a'"), **few).close()
    with pytest.warns(UserWarning, match="evaluate has changed since run was begun; it goes on with it as it is now"):
        evolve.Search(tmp_path / "run", domain=begun_with("'another'"), **few).close()
    with pytest.raises(evolve.EvolveError, match="domain hat: run is of the domain evaluate"):
        evolve.Search(tmp_path / "run", domain=hat, **few)


class Felt(FunctionDomain):
    """A domain that names libraries, one of which nobody has."""

    name = "felt"
    presentation = Presentation(libraries=("pydantic", "no-such-felt"))

    def __init__(self) -> None:
        """Of hats."""
        self.function = hat


def test_a_run_keeps_the_versions_of_what_its_domain_needs(tmp_path: Path, finished: Path) -> None:
    """Beside the core's; pictures need no more than that."""
    with pictures(finished) as search:
        of_core = search.report()["versions"]
    assert set(of_core) == {"evolve", "python", "backend", "ray", "numpy"}
    with evolve.Search(tmp_path / "run", HATS, domain=Felt(), **FEW) as search:
        assert set(search.report()["versions"]) - set(of_core) == {"pydantic"}


def test_whatever_is_shown_is_short(finished: Path) -> None:
    """A line of a few words each; candidates under their letters alone."""
    with pictures(finished) as search:
        best, report = search.best, search.report()
        assert repr(search) == f'Search("{finished}")'
    assert repr(report) == "Report(run: 2 generations, 7 individuals)"
    assert re.fullmatch(r"Best\(g\d-\d, rank 1: depth \d.*\)", repr(best))
    assert best is not None
    assert repr(best.samples[0]) == "BestSample(1: image)"


def test_a_generation_shows_its_letters(tmp_path: Path) -> None:
    """And nothing by which one could know a candidate again."""
    with pictures(tmp_path / "run", **SMALL) as search:
        generation = next(iter(search))
    assert repr(generation) == "Generation(0: A, B, C, D)"
    assert repr(generation.candidates[0]) == "Candidate(A: 2 samples)"
    assert repr(generation.candidates[0].samples) == "(CandidateSample(1: image), CandidateSample(2: image))"
