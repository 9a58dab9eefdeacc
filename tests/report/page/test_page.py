"""A run as one page, as its markup tells it."""

import base64
import io
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from evolve.domain_registry import remembered
from evolve.errors import RunError
from evolve.function_domain import FunctionDomain
from evolve.presentation import Presentation
from evolve.records.ballot import ListeningLog, Playback, Repeat
from evolve.records.run import GenerationRecord, RunRecord, SampleRecord
from evolve.report.page.page import ReportPage, report_page
from tests.report.example_run import STAGES, example_run, fed_run
from tests.report.long_run import long_run
from tests.report.page.markup import read_markup

SCRIPT = "<script>alert(1)</script>"


def picture(colour: str = "red", size: tuple[int, int] = (80, 40)) -> bytes:
    """A PNG."""
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def read(relative: str) -> bytes:
    """Every file of a run: pictures where they are pictures, else its own name."""
    return picture() if relative.endswith(".png") else relative.encode()


def page_of(run: RunRecord, **options: Any) -> ReportPage:  # noqa: ANN401
    """The page with every file of the run at hand."""
    return report_page(run, options.pop("read", read), **options)


def with_first(run: RunRecord, **changes: Any) -> RunRecord:  # noqa: ANN401
    """The run with some fields of its first generation changed."""
    first: GenerationRecord = replace(run.generations[0], **changes)
    return replace(run, generations=(first, *run.generations[1:]))


def inside(run: RunRecord, most: int, folder: str = "mine-files") -> tuple[set[str], ReportPage]:
    """The ids whose sound lies inside a page of so many bytes."""
    page = page_of(run, most=most, folder=folder)
    sounds = [one["src"] for one in read_markup(page.html).named("audio")]
    paths = [base64.b64decode(url.partition(",")[2]).decode() for url in sounds if url.startswith("data:")]
    return {path.split("/")[1] for path in paths}, page


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_a_whole_page(stage: str) -> None:
    """Every element is closed in its place, no id is there twice, and every link within the page leads somewhere."""
    found = read_markup(page_of(example_run(stage)).html)
    assert found.faults == []
    assert [name for name, times in found.ids.items() if times > 1] == []
    links = {one["href"][1:] for one in found.named("a") if one.get("href", "").startswith("#")}
    assert links <= set(found.ids)
    for name, attributes in found.elements:
        for reference in attributes.get("aria-labelledby", "").split():
            assert reference in found.ids, name


@pytest.mark.parametrize("run", [fed_run(), long_run(20, 12), example_run("finished")], ids=["fed", "long", "example"])
def test_nothing_is_loaded_from_elsewhere(run: RunRecord) -> None:
    """Whatever has an address is inside, beside, or a place in the page; the policy allows nothing else."""
    page = page_of(run)
    found = read_markup(page.html)
    for name, attributes in found.elements:
        for attribute in ("src", "href", "action", "data", "poster"):
            assert attributes.get(attribute, "#").startswith(("#", "data:")), name
    (policy,) = [one["content"] for one in found.named("meta") if "http-equiv" in one]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "img-src data:; media-src data:;" in policy
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in found.elements)


def test_what_others_wrote_is_text() -> None:
    """Names of runs, listeners, genes, settings and spaces, comments, failures, reasons: none makes an element."""
    run = example_run("finished", name=f"night {SCRIPT}")
    records = dict(run.individuals)
    records["g0-4"] = replace(records["g0-4"], failure=f"it broke {SCRIPT} \x1b[31m\x00")
    records["g0-1"] = replace(records["g0-1"], lost=(SCRIPT,))
    samples = tuple(replace(one, facts={**one.facts, SCRIPT: SCRIPT}) for one in records["g0-2"].samples)
    records["g0-2"] = replace(records["g0-2"], samples=samples, metrics={"validation_loss": 3.0, SCRIPT: 1})
    ballots = tuple(
        replace(one, listener=f"{one.listener} {SCRIPT}", ballot=one.ballot.commented("g0-2", f"fine {SCRIPT}"))
        for one in run.generations[0].ballots
    )
    space = {"name": f"a{SCRIPT}.yaml", "text": f"genes: {SCRIPT}"}
    run = replace(with_first(run, ballots=ballots), individuals=records, space=space, damage=(SCRIPT,))
    run = replace(run, settings={**run.settings, "corpus": SCRIPT}, versions={SCRIPT: SCRIPT})
    page = page_of(run)
    found = read_markup(page.html)
    assert found.faults == []
    assert len(found.named("script")) == 1
    assert "alert(1)" not in found.scripts[0]
    for words in (f"night {SCRIPT}", f"it broke {SCRIPT}", f"fine {SCRIPT}", f"anna {SCRIPT}", f"a{SCRIPT}.yaml"):
        assert words in found.texts
    assert "\x1b" not in page.html
    assert "\x00" not in page.html


def test_a_page_says_who_came_of_whom_and_what_changed() -> None:
    """Each node of the tree tells its rank, its parents and the genes that changed, and leads to the card."""
    found = read_markup(page_of(example_run("finished")).html)
    nodes = {one["aria-label"]: one for one in found.named("a") if "node" in one.get("class", "")}
    told = next(label for label in nodes if label.startswith("g2-3,"))
    assert "rank 1 in generation 2, champion, child of g1-4" in told
    assert "depth 2 → 3" in told
    assert nodes[told]["href"] == "#g2-3"
    assert len(nodes) == 18
    kept = [one["class"] for label, one in nodes.items() if label.startswith("g1-4, rank 3")]
    assert kept == ["node elite on-line"]


def test_champions_stand_first_with_their_line() -> None:
    """The newest champion is there with its samples, what it is made of, and the steps that led to it."""
    page = page_of(example_run("finished"))
    story = page.html.partition('id="champions"')[2].partition("</section>")[0]
    found = read_markup(f"<div {story}")
    assert len(found.named("audio")) == 2
    assert [one["id"] for one in found.named("article")] == ["g2-3"]
    assert "The line of g2-3" in found.texts
    line = found.texts.partition("The line of g2-3")[2]
    assert line.index("g0-5") < line.index("g1-4") < line.index("depth 2 → 3")


def test_comments_times_and_agreement_are_told() -> None:
    """What was written stands on the card and in a list; each ballot has its time, each generation Kendall's W."""
    run = example_run("finished")
    log = ListeningLog(125.0, (Playback("g0-2", 1, 3, 31.0),))
    ballots = tuple(
        replace(one, ballot=one.ballot.commented("g0-2", "like rain"), listening=log)
        for one in run.generations[0].ballots
    )
    texts = read_markup(page_of(with_first(run, ballots=ballots)).html).texts
    assert texts.count("like rain") == 4
    assert "played 6 times, 1:02" in texts
    assert "4:10 of judging and 6 plays in all" in texts
    assert "Generation 0: 2 listeners place " in texts
    assert "g0-5♥2 > g0-2 > g0-4b > g0-6" in texts


def test_a_generation_that_waits_is_judged_blind_first() -> None:
    """Its songs are not in the page, nor what its listeners have written so far, until it is ranked."""
    ballots = example_run("ranked").generations[0].ballots
    assert any(one.ballot.favourites for one in ballots)
    ballots = tuple(replace(one, ballot=one.ballot.commented("g0-2", "a secret")) for one in ballots)
    found = read_markup(page_of(with_first(example_run("heard"), ballots=ballots)).html)
    assert found.named("audio") == []
    assert "Its songs are to be judged blind first: evolve rank night-owl" in found.texts
    assert "a secret" not in found.texts
    assert not any(word in found.texts for word in ("♥", "loved", "anna", "ben", "Kendall"))


def test_those_who_came_back_are_heard_while_others_wait() -> None:
    """An elite of a generation in training was ranked before, and is there with its songs."""
    found = read_markup(page_of(example_run("training")).html)
    labels = [one["aria-label"] for one in found.named("audio")]
    assert "song 1 of g1-4" in labels
    assert not [label for label in labels if "g2-" in label]


def test_the_champions_lie_inside_first_then_the_best() -> None:
    """A page has room for so many bytes; what does not fit lies beside it, under names that nothing else has."""
    run = example_run("finished")
    few, page = inside(run, 250)
    assert few == {"g2-3"}
    some, _ = inside(run, 2600)
    assert {"g2-3", "g1-4", "g0-2"} <= some
    sources = {unquote(one["src"]) for one in read_markup(page.html).named("audio") if "mine-files/" in one["src"]}
    assert sources <= {f"mine-files/{name}" for name in page.beside}
    assert page.beside["g0-5-song-1.ogg"] == "individuals/g0-5/song-1.ogg"
    assert page.left_out == 0
    assert "img-src data: &#39;self&#39; file:" in page.html


def test_nothing_lies_beside_a_page_that_goes_to_a_pipe() -> None:
    """What does not fit is left out, and the page says where it is."""
    _, page = inside(example_run("finished"), 0, folder="")
    assert (page.beside, page.left_out > 50) == ({}, True)
    assert "individuals/g2-3/song-1.ogg in the run folder" in page.html


def test_a_lost_file_is_told_and_ends_nothing() -> None:
    """A picture that is none has no small picture; a file that is not there is named."""

    def lose(relative: str) -> bytes:
        if relative.endswith(".ogg"):
            raise RunError(f"night-owl has lost its file {relative}")
        return b"no picture"

    found = read_markup(page_of(example_run("finished"), read=lose).html)
    assert "individuals/g2-3/song-1.ogg is lost" in found.texts
    assert found.named("image") == []


def test_nodes_have_small_pictures() -> None:
    """Whoever has a picture that may be seen has it on its nodes, a few kilobytes each; a drawing as it is."""
    run = example_run("finished")
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 2'/>"
    drawn = read_markup(page_of(run, read=lambda _: drawing).html).named("image")
    assert len(drawn) == 18
    assert all(one["href"].startswith("data:image/svg+xml;base64,") for one in drawn)
    records = {
        id_: replace(one, samples=tuple(replace(sample, files={"still": "i/x.png"}) for sample in one.samples))
        for id_, one in run.individuals.items()
    }
    painted = read_markup(page_of(replace(run, individuals=records)).html).named("image")
    assert len(painted) == 18
    assert all(one["href"].startswith("data:image/webp;base64,") and len(one["href"]) < 2000 for one in painted)


def test_html_and_texts_are_shown_and_cannot_reach_the_page() -> None:
    """HTML of a domain is in a sandbox without scripts; text is text; a drawing is a picture, not a document."""
    run = samples_of_all_kinds()
    contents = {"i/x.html": f"<h1>&amp;</h1>{SCRIPT}", "i/x.txt": SCRIPT, "i/x.svg": "<svg/>", "i/x.bin": "01"}
    page = page_of(run, read=lambda relative: contents[relative].encode())
    found = read_markup(page.html)
    (frame,) = {tuple(sorted(one.items())) for one in found.named("iframe") if "g2-3" in one["title"]}
    assert dict(frame)["srcdoc"] == f"<h1>&amp;</h1>{SCRIPT}"
    assert dict(frame)["sandbox"] == ""
    assert len(found.named("script")) == 1
    assert SCRIPT in found.texts
    assert not [one for one in found.named("a") if "svg" in one.get("href", "")]
    (policy,) = [one["content"] for one in found.named("meta") if "http-equiv" in one]
    assert "style-src 'unsafe-inline'; script-src 'sha256-" in policy


def samples_of_all_kinds() -> RunRecord:
    """The example of a domain whose samples are a page, a text, a drawing, and data."""
    domain = FunctionDomain(lambda _, __: None, "kinds.py:all")
    domain.presentation = Presentation("card")
    remembered(domain.name, domain)
    run = example_run("finished")
    files = {
        kind: f"i/x.{suffix}" for kind, suffix in {"page": "html", "verse": "txt", "ink": "svg", "raw": "bin"}.items()
    }
    records = {
        id_: replace(one, samples=(SampleRecord(1, files, {"n": 1}),) if one.samples else ())
        for id_, one in run.individuals.items()
    }
    return replace(run, individuals=records, facts={"domain": {"reference": domain.name}})


def test_a_page_of_many_generations_stays_small() -> None:
    """Twenty generations of twelve without samples take less than a megabyte, and every individual has one card."""
    page = page_of(long_run(20, 12))
    assert len(page.html) < 1_000_000
    assert len(read_markup(page.html).named("article")) == 240


def test_of_generations_of_hundreds_few_are_told_of() -> None:
    """As in the text: those first, and how many more there are; everyone where that is asked for."""
    run = long_run(3, 60)
    found = read_markup(page_of(run).html)
    assert len(found.named("article")) < 130
    assert "20 more" in found.texts
    assert len(read_markup(page_of(run, everyone=True).html).named("article")) == 180


def test_a_page_says_how_to_go_on() -> None:
    """The command that takes the run on, and the one that goes on from a favourite."""
    texts = read_markup(page_of(example_run("training")).html).texts
    assert "evolve resume night-owl" in texts
    assert "evolve compose night-owl --from g0-3+1" in texts
    assert "evolve branch night-owl --from g1-4" in texts
    assert "evolve report night-owl --format json" in texts


def test_a_page_tells_where_founders_come_from_and_who_was_presented_twice() -> None:
    """A run that was branched off another names it, on cards too; a repeat stands beside the agreement."""
    run = example_run("finished")
    branched = {"run": "old-owl", "created_at": run.created_at, "seed": 7, "founders": {"g0-1": "g2-3"}}
    ballots = tuple(replace(one, repeat=Repeat("g0-2", (1, 3), 7)) for one in run.generations[0].ballots[:1])
    run = replace(with_first(run, ballots=ballots), facts={**run.facts, "branched": branched})
    texts = read_markup(page_of(run).html).texts
    assert "founder of generation 0 · was g2-3 in old-owl" in texts
    assert "off old-owl, begun" in texts
    assert "Generation 0: ben had g0-2 twice, at place 1 and 3 of 7" in texts


def test_what_failed_is_told_with_what_only_they_have() -> None:
    """Each reason once, as in the text."""
    texts = read_markup(page_of(example_run("finished")).html).texts
    assert "the loss became NaN in epoch …" in texts
    assert "g0-4 → g0-4b" in texts
    assert "only they have activation relu" in texts
