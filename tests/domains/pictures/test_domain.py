"""Pictures as a domain: trials, what is told of them, and what a user may set."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from evolve.domain import Domain, Trial
from evolve.domains.pictures import DOMAIN
from evolve.domains.pictures.domain import PRESENTATION
from evolve.domains.pictures.genes import GENES, PictureSettings
from evolve.execution.in_process import InProcessExecution
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.records.events import Progress
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.run import TrialResult
from evolve.search.steps import Outcome, advance, create
from evolve.settings import Given, settle
from tests.domains.pictures.genomes import genomes

PICTURES: Domain = DOMAIN
Material = tuple[PictureSettings, int]
SHIPPED = Path(__file__).parents[3] / "search_spaces" / "pictures.yaml"
SPACE = SearchSpace((Gene("hue", GeneKind.FLOAT, 0.0, 1.0),))


def canvas(seed: int = 3, pictures: int = 2) -> Material:
    """The material of a run of small pictures."""
    given = PictureSettings(pictures=pictures, size=40)
    preparation = PICTURES.prepare(given, SPACE, seed, lambda *_: None)
    return DOMAIN.load(preparation.data, preparation.facts, SPACE, given, seed)


def evaluated(genome: Genome, material: Material, told: list[Progress] | None = None) -> TrialResult:
    """What a trial gives."""
    trial = Trial("g0-1", 5, (told if told is not None else []).append)
    PICTURES.evaluate(Individual("g0-1", 0, 1, genome, Origin.FOUNDER), material, trial)
    return trial.result()


HUE = Genome.from_dict({"hue": 0.25})


@settings(max_examples=10, deadline=None)
@given(genomes)
def test_a_trial_gives_the_pictures_that_are_asked_for(genome: Genome) -> None:
    """As PNG files with facts, the very same when it runs again."""
    result = evaluated(genome, canvas())
    assert [sample.index for sample in result.samples] == [1, 2]
    assert [file.name for sample in result.samples for file in sample.files] == ["picture-1.png", "picture-2.png"]
    facts = {"hues", "contrast", "detail", "symmetry", "brightness"}
    assert all(sample.facts.keys() == facts for sample in result.samples)
    assert evaluated(genome, canvas()) == result


def test_a_trial_says_how_far_it_is() -> None:
    """After each picture."""
    told: list[Progress] = []
    evaluated(HUE, canvas(pictures=3), told)
    assert [(one.phase, one.epoch, one.epochs) for one in told] == [("drawing", k, 3) for k in (1, 2, 3)]


def test_a_network_has_more_pictures_than_are_seen_at_first() -> None:
    """Others than before, the same for whoever asks again, and of the run's own views."""
    material = canvas()
    result = evaluated(HUE, material)
    files = {artifact.kind: artifact.data for artifact in result.artifacts}
    more = [PICTURES.more(files.__getitem__, given, 3 + given) for given in (0, 1)]
    assert [one.index for one in more if one is not None] == [3, 4]
    longer = evaluated(HUE, canvas(pictures=4)).samples
    assert [one.files for one in (*result.samples, *more) if one is not None] == [one.files for one in longer]


def test_what_stands_beside_a_candidate() -> None:
    """Means of its pictures, a dash where nothing is known."""
    facts = [
        {"hues": 2, "contrast": 0.4, "detail": 0.1, "symmetry": 0.98, "brightness": 0.5},
        {"hues": 4, "contrast": 0.6, "detail": 0.2, "symmetry": 1.0, "brightness": 0.5},
    ]
    assert {column.heading: column.text(facts) for column in PRESENTATION.columns} == {
        "hues": "3", "contrast": "50 %", "detail": "15 %", "symmetry": "99 %", "light": "50 %",
    }  # fmt: skip
    assert {column.text([]) for column in PRESENTATION.columns} == {"–"}
    described = "hues 2 · contrast 40 % · detail 10 % · symmetry 98 % · light 50 %"
    assert PRESENTATION.describe(facts[0]) == described
    assert PRESENTATION.features(facts, {}) == facts


@pytest.mark.parametrize("rule", ["contrast", "detail", "hues"])
def test_plain_pictures_are_seen_last(rule: str) -> None:
    """By all rules but the one for calm."""
    plain, rich = ({"contrast": x, "detail": x, "hues": x} for x in (0.0, 1.0))
    screening = PRESENTATION.screening
    score, calm = screening[rule].score, screening["calm"].score
    assert (score({}, [rich]) or 0) < (score({}, [plain]) or 0)
    assert (calm({}, [rich]) or 0) > (calm({}, [plain]) or 0)
    assert score({}, []) is None
    assert next(iter(screening)) == "contrast"
    assert "26" in screening[rule].words.format(heard=26, are="are")


def test_a_preview_is_of_the_file_that_is_judged(tmp_path: Path) -> None:
    """None where there is no picture, or one of another program."""
    file = tmp_path / "picture-1.png"
    file.write_bytes(evaluated(HUE, canvas()).samples[0].files[0].data)
    preview = PRESENTATION.preview({"image": file}, {}, 20, 10)
    assert preview is not None
    assert preview.count("▀") == 20 * 10
    file.write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    assert PRESENTATION.preview({"image": file}, {}, 20, 10) is None
    assert PRESENTATION.preview({}, {}, 20, 10) is None


def test_larger_networks_are_begun_first() -> None:
    """Units are what takes time."""
    small, large = (Genome.from_dict({"depth": 2, "width": width}) for width in (4, 20))
    assert PICTURES.cost(small, canvas(), 1.0).effort < PICTURES.cost(large, canvas(), 1.0).effort


@pytest.mark.parametrize("wrong", [{"pictures": 0}, {"size": 5}, {"colour": "red"}])
def test_settings_that_will_not_do_are_refused(wrong: dict[str, object]) -> None:
    """Too few, too small, unknown."""
    with pytest.raises(ValidationError):
        PictureSettings.model_validate(wrong)


def test_every_gene_has_a_legal_default_and_a_line_of_help() -> None:
    """So that a space may speak of one gene alone."""
    assert all(rule.allows(rule.default) and rule.help for rule in GENES.values())


def test_the_domain_is_light() -> None:
    """Looking at it imports neither what draws nor a heavy library."""
    heavy = "{'tensorflow', 'keras', 'ray', 'pandas', 'PIL', 'evolve.domains.pictures.drawing'}"
    code = f"import sys; from evolve.domains.pictures import DOMAIN; sys.exit(bool({heavy} & {{*sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_run_of_pictures_waits_for_its_first_ranking(tmp_path: Path) -> None:
    """The shipped space and its settings suit the whole way from a space file to candidates that can be judged."""
    text = SHIPPED.read_text()
    file = parse_space(text, SHIPPED.name, GENES)
    small = {"population": "3", "parents": "1", "pictures": "2", "size": "40"}
    given = [*((name, value) for name, value, _ in file.settings), *small.items()]
    chosen = [Given(name, value, SHIPPED.name, is_firm=False) for name, value in given]
    settled = settle(chosen, PictureSettings, PRESENTATION.screening)
    store = create(tmp_path / "run", settled, SHIPPED.name, text, domain="pictures")
    assert advance(store, InProcessExecution(), lambda _: None, None, listener="me") is Outcome.WAITING
    assert len(list((tmp_path / "run").rglob("g0-*/picture-*.png"))) == 6
