"""Which genes move which facts: those that do, in a run made so, and none by chance."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evolve.domains.music.presentation import FEATURES as FACTS
from evolve.genetics.simplex import sample_shares
from evolve.records.genome import Genome, Value
from evolve.records.run import RunRecord
from evolve.report.gene_effects import FEWEST, GeneEffects, gene_effects
from tests.report.silent import silent_run

OPTIMIZERS = ("adam", "nadam", "sgd")


def genomes(count: int) -> list[dict[str, Value]]:
    """Genomes of the space of silent runs, by chance; every second has no dropout at all."""
    rng = np.random.default_rng(2)
    return [
        {
            "width": int(rng.integers(16, 512)),
            **({"dropout": float(rng.random())} if place % 2 else {}),
            "bar_position": bool(rng.random() < 0.5),
            "optimizer": OPTIMIZERS[int(rng.integers(3))],
            "depth": 1,
        }
        for place in range(count)
    ]


def place_of(genome: Mapping[str, Value]) -> dict[str, float]:
    """Wide networks write longer songs, those with bars reach less far up, adam's are like the corpus."""
    return {
        "notes": 50 + float(np.log(float(str(genome["width"])))),
        "highest": 70 - 2 * (genome["bar_position"] is True),
        "distance": 1 + 2.0 * (genome["optimizer"] != "adam"),
        "repetition": 0,
    }


def moved(folder: Path, count: int = 60) -> RunRecord:
    """A run of so many."""
    born = genomes(count)
    return silent_run(folder, born, [place_of(genome) for genome in born]).look()


def clear(effects: GeneEffects) -> list[tuple[str, str, bool]]:
    """What moves what, and whether up."""
    return sorted((one.mover, one.feature, one.correlation.value > 0) for one in effects.clear)


def test_genes_that_move_facts_are_found_and_no_others(tmp_path: Path) -> None:
    """A number by its order, a boolean as it is, a word against the rest; what is the same in all moves nothing."""
    effects = gene_effects(moved(tmp_path / "run"))
    strong = [one for one in clear(effects) if one[0] not in ("optimizer nadam", "optimizer sgd")]
    assert strong == [
        ("bar_position", "highest", False), ("optimizer adam", "distance", False), ("width", "notes", True),
    ]  # fmt: skip
    assert (effects.unclear, effects.fixed) == (("dropout",), ("depth",))
    assert (effects.individuals, effects.samples) == (60, 40)
    strengths = [abs(one.correlation.value) for one in effects.effects]
    assert strengths == sorted(strengths, reverse=True)


def test_an_effect_is_told_in_words(tmp_path: Path) -> None:
    """As a musician says it, with the correlation and its interval."""
    (width,) = [one for one in gene_effects(moved(tmp_path / "run")).clear if one.gene == "width"]
    one = width.correlation
    assert one.value > 0.9
    assert width.in_words == f"longer songs ({one.value:.2f}, {one.low:.2f} to {one.high:.2f})"


def test_a_gene_that_is_switched_off_counts_where_it_is_on(tmp_path: Path) -> None:
    """Half of them have dropout."""
    effects = gene_effects(moved(tmp_path / "run"))
    assert {one.correlation.pairs for one in effects.effects if one.gene == "dropout"} == {30}
    assert {one.correlation.pairs for one in effects.effects if one.gene == "width"} == {60}


def test_all_intervals_hold_at_once_in_nineteen_runs_of_twenty(tmp_path: Path) -> None:
    """So of 15 genes and 11 facts that chance alone made, hardly any run shows an effect: 1 of 40 or so."""
    rng = np.random.default_rng(3)
    run = silent_run(tmp_path / "run", [{"width": 1}] * 30, [dict.fromkeys(FACTS, 60.0)] * 30).look()
    shown = 0
    for _ in range(40):
        by_chance: list[dict[str, Value]] = [
            {f"gene {place}": float(value) for place, value in enumerate(rng.random(15))} for _ in range(30)
        ]
        effects = gene_effects(with_genomes(run, by_chance))
        assert len(effects.effects) == 165
        shown += bool(effects.clear)
    assert effects.level == pytest.approx(1 - 0.05 / 165)
    assert shown <= 5


def with_genomes(run: RunRecord, born: Sequence[Mapping[str, Value]]) -> RunRecord:
    """The run with other genomes."""
    changed = {
        name: replace(one, individual=replace(one.individual, genome=Genome(tuple(genome.items()))))
        for (name, one), genome in zip(run.individuals.items(), born, strict=True)
    }
    return replace(run, individuals=changed)


def test_shares_move_facts_group_by_group(tmp_path: Path) -> None:
    """More jigs in the diet make longer songs."""
    rng = np.random.default_rng(4)
    diets = [sample_shares(("jig", "reel", "air"), rng) for _ in range(40)]
    places = [{"notes": 50 + 9 * diet["jig"]} for diet in diets]
    effects = gene_effects(silent_run(tmp_path / "run", [{"diet": diet} for diet in diets], places).look())
    assert ("diet jig", "notes", True) in clear(effects)
    assert {one.mover for one in effects.effects} == {"diet jig", "diet reel", "diet air"}
    assert {one.correlation.pairs for one in effects.effects} == {40}


def test_of_two_words_one_is_told(tmp_path: Path) -> None:
    """The other is the same turned round."""
    born: list[dict[str, Value]] = [{"heads": "chained" if place % 2 else "independent"} for place in range(20)]
    run = silent_run(tmp_path / "run", born, [{"notes": 50.0 + place % 2 * 3} for place in range(20)]).look()
    assert clear(gene_effects(run)) == [("heads independent", "notes", False)]


def test_few_networks_are_told_how_many_it_takes(tmp_path: Path) -> None:
    """In six, something is always in the same order as something else."""
    few, more = (gene_effects(moved(tmp_path / str(count), count)) for count in (6, 60))
    assert (few.clear, few.smallest_clear) == ((), None)
    assert few.individuals_for_half > FEWEST
    assert more.smallest_clear is not None
    assert 0.4 < more.smallest_clear < 0.6


def test_a_run_without_silent_songs_has_no_effects(tmp_path: Path) -> None:
    """Nor any level to speak of."""
    effects = gene_effects(silent_run(tmp_path / "run", genomes(4), [{}] * 4).look())
    assert (effects.individuals, effects.effects, effects.varying) == (0, (), ())
