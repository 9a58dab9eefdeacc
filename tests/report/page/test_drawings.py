"""Charts of drift, parallel coordinates, shades, and small pictures."""

import io
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evolve.records.run import RunRecord
from evolve.report.drift import drift_of
from evolve.report.page.drift_charts import HEIGHT, WIDTH, drift_charts
from evolve.report.page.parallel import parallel_coordinates
from evolve.report.page.scale import SHADES, rank_shade
from evolve.report.page.thumbnails import thumbnail
from tests.report.example_run import example_run, fed_run
from tests.report.long_run import long_run


@given(st.integers(1, 500).flatmap(lambda ranked: st.tuples(st.integers(1, ranked), st.just(ranked))))
def test_shades_go_from_the_first_to_the_last(pair: tuple[int, int]) -> None:
    """The first has shade 0, the last of several the last, and nobody lies outside."""
    rank, ranked = pair
    assert 0 <= rank_shade(rank, ranked) <= SHADES
    assert rank_shade(1, ranked) == 0
    assert ranked == 1 or rank_shade(ranked, ranked) == SHADES


def test_every_line_crosses_every_axis_within_the_picture() -> None:
    """Each who was ranked has a place on each axis, from below it, where genes are off, to its upper end."""
    for run in (example_run("finished"), fed_run(), long_run(8, 12)):
        drawn = parallel_coordinates(run)
        assert drawn is not None
        ranked = {id_ for generation in run.generations for id_ in generation.ranking}
        assert {line.id for line in drawn.lines} == ranked
        for line in drawn.lines:
            assert len(line.places) == len(drawn.axes)
            assert all(-0.2 <= place <= 1 for place in line.places)
        assert [line.shade for line in drawn.lines] == sorted((line.shade for line in drawn.lines), reverse=True)


def test_genes_lie_on_their_own_scales() -> None:
    """A gene of a log scale is spread by ratio, one that is off lies below, the rank ends the picture."""
    drawn = parallel_coordinates(example_run("finished"))
    assert drawn is not None
    axes = {axis.name: axis for axis in drawn.axes}
    width = axes["width"]
    assert width.ticks == ((0.0, "32"), (1.0, "512"))
    assert 0.45 < width.places["g0-2"] < 0.55  # 128 is in the middle of 32 and 512 by ratio
    assert axes["embedding_width"].places["g0-2"] < 0
    assert drawn.axes[-1].name == "rank"
    assert drawn.axes[-1].places["g2-3"] == 1
    assert axes["bits"].places["g2-3"] == 1, "less is better, and better is above"
    assert "dense_width" not in axes, "what all share says nothing"


def test_genes_outside_their_space_are_drawn_all_the_same() -> None:
    """The space cannot be read, or says another range: numbers lie between the smallest and the largest."""
    run = example_run("finished")
    for text in ("genes: [", run.space["text"].replace("max_value: 512", "max_value: 100")):
        drawn = parallel_coordinates(replace(run, space={"name": "odd.yaml", "text": text}))
        assert drawn is not None
        (width,) = [axis for axis in drawn.axes if axis.name == "width"]
        assert min(width.places.values()) == 0
        assert max(width.places.values()) == 1


def test_nothing_is_drawn_before_a_ranking() -> None:
    """Without ranks there is no colour to draw in."""
    assert parallel_coordinates(example_run("heard")) is None
    assert parallel_coordinates(example_run("created")) is None


def drawn_drift(run: RunRecord) -> dict[str, str]:
    """The charts' names and bands."""
    drift = drift_of(run)
    assert drift is not None
    charts = drift_charts(drift)
    for chart in charts:
        for x, y, _ in chart.dots:
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
        for one in chart.segments:
            assert 0 <= one.x <= one.x + one.width <= WIDTH
            assert 0 <= one.y <= one.y + one.height <= HEIGHT + 0.2
    return {chart.name: chart.band for chart in charts}


def test_charts_lie_in_their_frames() -> None:
    """Bands, middles and rectangles of every kind of gene, and the best of a metric."""
    charts = drawn_drift(fed_run())
    assert {"width", "cell", "diet jig", "best bits"} <= set(charts)
    assert charts["width"]
    assert charts["cell"] == ""
    assert "dense_width" not in charts


def test_a_small_picture_keeps_its_shape() -> None:
    """It fits a node, and says how much wider than high it is."""
    data = io.BytesIO()
    Image.new("RGBA", (400, 100), (1, 2, 3, 128)).save(data, "PNG")
    small = thumbnail(data.getvalue(), "image/png")
    assert small is not None
    assert small.aspect == 4
    assert len(small.url) < 1000


def test_a_drawing_says_its_shape_by_its_view_box() -> None:
    """A small one is taken as it is; without a view box it is as wide as high."""
    boxes = {b"<svg viewBox='0 0 800 200'/>": 4, b"<svg/>": 1, b"<svg viewBox='0 0 5 0'/>": 1}
    for data, aspect in boxes.items():
        small = thumbnail(data, "image/svg+xml")
        assert small is not None
        assert small.aspect == aspect


def test_what_is_no_picture_has_no_small_one() -> None:
    """Nor has one of a hundred million pixels, or a drawing of a megabyte."""
    bomb = io.BytesIO()
    Image.new("1", (11_000, 10_000)).save(bomb, "PNG")
    assert thumbnail(b"\x89PNG\r\n\x1a\nrubbish", "image/png") is None
    assert thumbnail(bomb.getvalue(), "image/png") is None
    assert thumbnail(b"<svg>" + b" " * 1_000_000, "image/svg+xml") is None
    assert thumbnail(b"<svg/>", "image/svg+xml") is not None
