"""The story of a run as a person reads it."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from evolve.records.ballot import RankingEntry
from evolve.records.run import GenerationStatus, RunRecord
from evolve.report.text import render_text
from evolve.search.candidates import candidates_of
from tests.report.example_run import STAGES, example_run, fed_run
from tests.report.long_run import long_run

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def squeezed(text: str) -> str:
    """The text with every run of blanks and tree lines as one space."""
    return re.sub(r"[\s│├└─]+", " ", text)


def with_failure(run: RunRecord, text: str) -> RunRecord:
    """The run with another failure text for g0-4."""
    record = replace(run.individuals["g0-4"], failure=text)
    return replace(run, individuals={**run.individuals, "g0-4": record})


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_stage_fits_the_width(stage: str, width: int) -> None:
    """No line is wider than the terminal, nothing is cut off, and no line ends in blanks."""
    lines = render_text(example_run(stage), width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert not any(line != line.rstrip() for line in lines)
    assert "parameters…" not in " ".join(lines)


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_run_fits_the_width_and_is_not_cut(width: int) -> None:
    """Fourteen generations of lines that never end: deep branches go on as trees of their own."""
    text = render_text(long_run(), width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text
    assert ("goes on below ↓" in text) == (width == 80)
    assert "g13-1 " in text


def test_colour_changes_no_letter() -> None:
    """With the colours taken out, the coloured story is the plain one, but for the word on what bold means."""
    plain, coloured = (render_text(example_run("finished"), width=120, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    bare = [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()]
    assert [line.removesuffix(" · bold: not as in the first parent") for line in bare] == plain.splitlines()


def large_run(*, heard: int = 5, decided: bool = True) -> RunRecord:
    """Three generations of 200, of which a few are heard; the last may still be trained."""
    run = long_run(3, 200)
    settings = {**run.settings, "heard": heard, "screening": "validation_loss"}
    run = replace(run, settings=settings)
    ranked = []
    for generation in run.generations:
        candidates = candidates_of(run, generation)
        assert candidates is not None
        ranking = {name: RankingEntry(rank, -float(rank)) for rank, name in enumerate(candidates.heard, start=1)}
        ranked.append(replace(generation, ranking=ranking, ballots=()))
    if not decided:
        ranked[-1] = replace(ranked[-1], status=GenerationStatus.BORN, ranking={})
    return replace(run, generations=tuple(ranked))


def test_of_a_large_generation_those_who_are_heard_are_named_and_the_others_counted() -> None:
    """In the tables and in the tree; whoever wants them all can have them."""
    run = large_run()
    text = render_text(run)
    assert len(text.splitlines()) < 150
    for generation in range(3):
        part = text[text.index(f"Generation {generation}") :]
        assert re.findall(r"^  [★ ] \d +(g\d-\d+)", part, flags=re.MULTILINE)[:5] == [
            f"g{generation}-{slot}" for slot in range(1, 6)
        ]
    assert squeezed(text).count("195 more · not heard · bits 10.60 – 30.00 · all by name with --everyone") == 3
    assert "200 individuals · 5 of them heard, by validation_loss" in squeezed(text)
    assert "g1-77" not in text
    everyone = render_text(run, everyone=True)
    assert all(f" {name} " in everyone for name in run.individuals)
    assert " 195 more" not in everyone


def test_a_large_generation_that_is_heard_whole_is_not_printed_whole() -> None:
    """The forty best are named, whatever the listener had the patience for."""
    text = squeezed(render_text(large_run(heard=200)))
    assert text.count("160 more · bits 14.10 – 30.00") == 3
    assert " g0-40 " in text


def test_a_large_generation_in_training_is_not_printed_whole() -> None:
    """Who will be heard is not known: the first slots are named."""
    text = squeezed(render_text(large_run(decided=False)))
    assert text.count("195 more · not heard") == 2
    assert "160 more · bits 14.10 – 30.00" in text


def test_very_many_failures_are_counted() -> None:
    """Of each reason the first twenty are named."""
    run = large_run()
    failed = [f"g0-{slot}" for slot in range(10, 70)]
    records = {name: replace(run.individuals[name], failure="NaN", replaced_by=f"{name}b") for name in failed}
    text = squeezed(render_text(replace(run, individuals={**run.individuals, **records})))
    assert "60 × NaN g0-10 → g0-10b," in text
    assert "g0-29 → g0-29b, 40 more" in text


def test_coming_first_again_is_counted() -> None:
    """An elite that won twice and then lost is told so in a few words."""
    run = example_run("finished")
    second = replace(run.generations[1], ranking={"g0-2": RankingEntry(1, 1.0)})
    third = replace(run.generations[2], ranking={"g0-2": RankingEntry(4, -1.0)})
    text = render_text(replace(run, generations=(run.generations[0], second, third)), width=120)
    assert "g0-2  ★ #1 (2×), then #4  7 descendants" in text


def test_the_head_tells_what_to_do_next() -> None:
    """Run, space, corpus, opening, seed, where it stands and the next command."""
    head = squeezed(render_text(example_run("heard")).split("\n\n")[0])
    for told in (
        "night-owl begun 2026-03-14 20:15 UTC",
        "space lstm.yaml · 11 genes to vary",
        "corpus fiddle-tunes · 1,059 pieces · 119,412 notes",
        "opening Miss McLeod's Reel · 50 notes",
        "seed 7",
        "stands generation 0 (1 of 3): 6 wait to be heard",
        "next evolve rank night-owl",
    ):
        assert told in head


def test_a_run_just_created_is_a_head_alone() -> None:
    """Nothing is told of what is not there yet."""
    text = render_text(example_run("created"))
    assert "Generation" not in text
    assert "Family" not in text
    assert "next      evolve resume night-owl" in text


def test_a_table_goes_from_the_first_to_the_last() -> None:
    """Rows are in the order of the ranking, ties are marked, the rejected and the elites named."""
    text = render_text(example_run("finished"), width=120)
    first = text[text.index("Generation 0") : text.index("Generation 1")]
    order = re.findall(r"^  [★ ] (\d=?) +([A-F]) +(g\S+)", first, flags=re.MULTILINE)
    assert order[0] == ("1", "F", "g0-2")
    assert [rank for rank, _, _ in order] == ["1", "2", "3=", "3=", "5", "6"]
    assert "rejected" in first.splitlines()[-2]
    assert "lstm 2×128 · batch 64 · rate 0.00316 · adam · tanh · dropout 0.2 · onehot" in first


def test_the_tree_tells_gene_by_gene_what_changed_and_names_both_parents() -> None:
    """A child stands under its first parent, names the second, and marks what the second gave it."""
    tree = squeezed(render_text(example_run("finished"), width=120).split("Family tree")[1])
    assert "g0-2 ★ #1, then #2= 7 descendants" in tree
    assert "g1-2 × g0-5 #2= 3 descendants optimizer adam → nadam (g0-5), width 128 → 192" in tree
    assert "embedding_width off → 32" in tree
    assert "g1-3 ✗ failed depth 1 → 4, width 256 → 512" in tree


def test_the_line_leads_from_the_founder_to_the_champion() -> None:
    """Each step of the champion's line, where its genes come from, and where its songs lie."""
    text = render_text(example_run("finished"), width=120)
    line = text[text.index("The line of g2-3, champion of generation 2") :]
    assert re.findall(r"^  (g\d-\d\w?) ", line.split("founders")[0], flags=re.MULTILINE) == ["g0-5", "g1-4", "g2-3"]
    assert "founders    g0-2 and g0-5" in line
    assert "individuals/g2-3/song-1.mid  and 1 more" in line
    assert "of them     1 of 2 songs end · 1 stuck · unlike 1.2" in line


def test_a_member_s_songs_are_told_below_its_genes() -> None:
    """How many end, how many are stuck and how far they are from the corpus; nothing where an old run did not ask."""
    text = render_text(example_run("finished"), width=120)
    first, last = text[text.index("Generation 0") :], text[text.index("Generation 2") :]
    assert "1 of 2 songs end · unlike 1.2" in first.split("g0-5")[1].split("g0-4b")[0]
    assert "songs end" not in first.split("g0-3")[1].split("Generation 1")[0]
    assert "1 of 2 songs end · 1 stuck · unlike 1.2" in last.split("g2-3")[1].split("g2-2")[0]
    assert "unlike: how far the songs are from the corpus" in text


def test_failures_are_grouped_by_reason() -> None:
    """Reasons that differ in numbers alone are one; genes that only the failed have are named."""
    text = squeezed(render_text(example_run("training"), width=120).split("What failed and why")[1])
    assert "5 individuals of 21" in text
    assert "4 × the loss became NaN in epoch … g0-4 → g0-4b, g1-5 → g1-5b, g1-5b → g1-5c, g2-4 → g2-4b" in text
    assert "only they have activation relu" in text
    assert "1 × out of memory: the network has 41,308,160 parameters g1-3 → g1-3b" in text


def test_lost_attempts_are_told_in_one_line() -> None:
    """Each reason once, with how often; also in a run in which nothing failed."""
    for stage in ("training", "born"):
        run = example_run(stage)
        records = dict(run.individuals)
        records["g0-1"] = replace(records["g0-1"], lost=("its worker was killed",))
        records["g0-2"] = replace(records["g0-2"], lost=("no heartbeat for 900 s", "its worker was killed"))
        told = render_text(replace(run, individuals=records), width=120)
        text = squeezed(told.split("What failed and why")[1]).strip()
        assert text.endswith(
            "3 attempts of trials lost and made again: its worker was killed (2 ×), no heartbeat for 900 s"
        )


def test_drift_shows_ranges_and_a_trend() -> None:
    """Per gene the first and the last generation, with a sparkline between; genes that never vary are left out."""
    text = render_text(example_run("finished"), width=120).split("How the genes drifted")[1]
    assert re.search(r"width +90.5 \(32 – 256\) +[▁-█]{3} +222 \(48 – 256\)", text)
    assert re.search(r"optimizer +adam 3 · nadam 1 · rmsprop 1 · sgd 1 +[▁-█]{3} +nadam 4 · adam 2", text)
    assert "dense_width" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_diet_is_told_in_words(width: int) -> None:
    """In the tables, in the tree, and in the drift a row a group; a group's name may be anything."""
    text = render_text(fed_run(), width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text
    told = squeezed(text)
    assert "half jig, a third reel, a fifth 6/8 & red" in told
    assert "diet much more jig and 6/8 & red, less reel" in told
    assert "three fifths jig, two fifths reel" in told
    drift = text.split("How the genes drifted")[1]
    assert re.search(r"diet jig +50% \(25% – 60%\) +[▁-█]{3}", drift)


def test_others_texts_cannot_reach_the_terminal() -> None:
    """Escapes, line breaks and rich's own markup in a failure are shown as harmless text, or not at all."""
    text = render_text(with_failure(example_run(), "\x1b[31mboom\x1b[0m\n\x07[bold]loud[/bold]"), width=120)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "boom [bold]loud[/bold]" in text


def test_a_space_that_can_no_longer_be_read_does_not_break_the_report() -> None:
    """Old runs stay readable when the legal genes have changed since."""
    run = replace(example_run(), space={"name": "old.yaml", "text": "genes: {wings: {type: boolean}}"})
    assert "old.yaml" in render_text(run)
