"""A run as the store would tell it, cut off at any stage: three generations of six.

Its story holds one of everything: an elite, a child of two parents, a mutant of one, newcomers, replacements (one of
them of a replacement that failed too), a tie, a rejected individual, two listeners, conditional genes, and a last
generation that is still in training.
"""

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evolve.genetics.lineage import changed
from evolve.records.ballot import Ballot, Favourite, RankingEntry
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin
from evolve.records.run import (
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    IndividualStatus,
    RunRecord,
    SampleRecord,
)
from evolve.records.shares import Shares

STAGES = ("created", "born", "heard", "ranked", "training", "finished")
"""How far the run got: before anything, generation 0 born / heard / ranked, generation 2 half trained, all ranked."""

SPACE_TEXT = """\
genes:
  cell: {type: choice, values: [lstm, gru, simple_rnn]}
  depth: {type: int, min_value: 1, max_value: 4}
  width: {type: int, min_value: 32, max_value: 512, sampling: log}
  batch_size: {type: int, min_value: 32, max_value: 128, step: 2, sampling: log}
  learning_rate: {type: float, min_value: 1e-4, max_value: 1e-2, sampling: log}
  optimizer: {type: choice, values: [adam, nadam, rmsprop, sgd]}
  activation: {type: choice, values: [tanh, relu, elu]}
  dropout: {type: float, min_value: 0.0, max_value: 0.5, step: 0.1}
  branches: {type: boolean}
  dense_width: 256
  encoding: {type: choice, values: [onehot, embedding]}
  embedding_width: {type: int, min_value: 8, max_value: 128, parent_name: encoding, parent_values: [embedding]}
"""

BITS = {"g0-1": 3.92, "g0-2": 3.18, "g0-3": 4.41, "g0-4b": 3.77, "g0-5": 3.30, "g0-6": 3.51}
BITS |= {"g1-2": 3.02, "g1-3b": 3.66, "g1-4": 2.97, "g1-5c": 3.88, "g1-6": 3.45}
BITS |= {"g2-2": 2.91, "g2-3": 2.88, "g2-4b": 3.71, "g2-5": 2.95, "g2-6": 3.63}

FAILURES = {
    "g0-4": "the loss became NaN in epoch 1",
    "g1-3": "out of memory: the network has 41,308,160 parameters",
    "g1-5": "the loss became NaN in epoch 3",
    "g1-5b": "the loss became NaN in epoch 1",
    "g2-4": "the loss became NaN in epoch 2",
}


def example_run(stage: str = "training", *, name: str = "night-owl") -> RunRecord:
    """The example run as it stands at one of `STAGES`."""
    cuts = {"created": 0, "born": 1, "heard": 1, "ranked": 1, "training": 3, "finished": 3}
    generations = _generations(stage)[: cuts[stage]]
    individuals = {id_: record for id_, record in _records(stage).items() if _birth(id_) < len(generations)}
    return RunRecord(
        name=name,
        reference=shlex.quote(name),
        created_at="2026-03-14T20:15:00+00:00",
        settings={
            "seed": 7,
            "population": 6,
            "parents": 2,
            "elites": 1,
            "generations": 3,
            "songs": 2,
            "notes": 200,
            "seconds": 60.0,
        },
        space={"name": "lstm.yaml", "text": SPACE_TEXT},
        facts={} if stage == "created" else {"corpus": _CORPUS, "opening": _OPENING},
        versions={"evolve": "0.1.0", "python": "3.12.4", "tensorflow": "2.20.0"},
        generations=generations,
        individuals=individuals,
    )


def fed_run(stage: str = "finished") -> RunRecord:
    """The example run, whose networks have a diet: children between their parents, each group of the corpus told."""
    run, genomes = example_run(stage), dict[str, Genome]()
    records = {}
    for id_, record in run.individuals.items():
        parents = record.individual.parents
        diet = Shares.nearest(FED_GROUPS, DIETS[len(parents)] if parents else DIETS[-int(id_[3]) % 3])
        genomes[id_] = Genome((*record.individual.genome.genes, ("diet", diet)))
        changes = changed(genomes[id_], genomes[parents[0]]) if parents else {}
        records[id_] = replace(record, individual=replace(record.individual, genome=genomes[id_]), changed=changes)
    groups = [{"name": name, "pieces": 4, "notes": 400} for name in FED_GROUPS]
    space = {"name": "fed.yaml", "text": SPACE_TEXT + "  diet: {type: shares}\n"}
    corpus = {**run.fact("corpus"), "groups": groups} if run.fact("corpus") else {}
    return replace(run, individuals=records, space=space, facts={**run.facts, "corpus": corpus})


FED_GROUPS = ("jig", "reel", "6/8 & \x1b[31mred")
DIETS = ((0.6, 0.4, 0.0), (0.25, 0.7, 0.05), (0.5, 0.3, 0.2))


def set_figures(songs: int, on_beat: float, bars: float, *, ended: float | None = None) -> dict[str, Any]:
    """The figures of a set of songs, as a trial or a corpus has them."""
    quartiles = {"notes_lower_quartile": 66.0, "notes_median": 77.0, "notes_upper_quartile": 89.25}
    shares = {"ended": ended, "on_beat": on_beat, "bars_begun": 0.934, "across_bars": 0.012}
    return {"songs": songs, **quartiles, **shares, "returning_notes": 7 * bars, "returning_bars": bars}


_CORPUS = {
    "names": ["fiddle-tunes"],
    "pieces": 1059,
    "notes": 119_412,
    "skipped": [],
    "set_figures": set_figures(952, 0.298, 2.833),
}
_OPENING = {
    "source": "Miss McLeod's Reel",
    "notes": 50,
    "files": {"midi": "opening/opening.mid", "audio": "opening/opening.ogg"},
}

_PLAIN: dict[str, Value] = {
    "cell": "lstm",
    "depth": 2,
    "width": 64,
    "batch_size": 64,
    "learning_rate": 0.002,
    "optimizer": "adam",
    "activation": "tanh",
    "dropout": 0.2,
    "branches": False,
    "dense_width": 256,
    "encoding": "onehot",
}


def genome(without: tuple[str, ...] = (), **values: Value) -> Genome:
    """A genome of the example's space: the plain one with these values changed, and these genes switched off."""
    genes = {gene: value for gene, value in (_PLAIN | values).items() if gene not in without}
    return Genome.from_dict(genes)


def _individuals() -> dict[str, Individual]:
    founders = [
        _sampled("g0-1", genome(cell="simple_rnn", width=32, optimizer="rmsprop")),
        _sampled("g0-2", genome(depth=2, width=128, learning_rate=0.00316)),
        _sampled("g0-3", genome(cell="gru", width=32, optimizer="sgd", learning_rate=0.0004, batch_size=128)),
        _sampled("g0-4", genome(optimizer="sgd", learning_rate=0.01, activation="relu", depth=4)),
        _sampled("g0-4b", genome(cell="gru", width=64, encoding="embedding", embedding_width=48), Origin.REPLACEMENT),
        _sampled("g0-5", genome(width=256, depth=1, optimizer="nadam", dropout=0.3)),
        _sampled("g0-6", genome(cell="gru", width=128, batch_size=32, activation="elu", branches=True)),
    ]
    family = {individual.id: individual for individual in founders}
    first, second = family["g0-2"].genome, family["g0-5"].genome
    children = [
        _child("g1-2", _with(first, optimizer="nadam", width=192), "g0-2", "g0-5"),
        _child("g1-3", _with(second, width=512, depth=4), "g0-5"),
        _sampled("g1-3b", genome(cell="gru", depth=3, width=96, dropout=0.0), Origin.REPLACEMENT),
        _child(
            "g1-4",
            _with(second, depth=2, learning_rate=0.0024, encoding="embedding", embedding_width=32),
            "g0-5",
            "g0-2",
        ),
        _child("g1-5", _with(first, learning_rate=0.01, activation="relu"), "g0-2"),
        _sampled("g1-5b", genome(optimizer="sgd", learning_rate=0.0088, activation="relu"), Origin.REPLACEMENT),
        _sampled("g1-5c", genome(cell="simple_rnn", depth=1, optimizer="rmsprop"), Origin.REPLACEMENT),
        _sampled("g1-6", genome(cell="gru", width=64, batch_size=32, dropout=0.4), Origin.NEWCOMER),
    ]
    family |= {individual.id: individual for individual in children}
    first, second = family["g1-2"].genome, family["g1-4"].genome
    grandchildren = [
        _child("g2-2", _with(second, width=192, dropout=0.2), "g1-4", "g1-2"),
        _child("g2-3", _with(second, learning_rate=0.0019, depth=3), "g1-4"),
        _child("g2-4", _with(first, learning_rate=0.0091, activation="relu"), "g1-2"),
        _sampled("g2-4b", genome(cell="gru", width=48, learning_rate=0.00072), Origin.REPLACEMENT),
        _child("g2-5", _with(first, depth=3, batch_size=32), "g1-2", "g1-4"),
        _sampled("g2-6", genome(cell="simple_rnn", width=256, dropout=0.1), Origin.NEWCOMER),
    ]
    return family | {individual.id: individual for individual in grandchildren}


def _sampled(id_: str, genes: Genome, origin: Origin = Origin.FOUNDER) -> Individual:
    return Individual(id_, _birth(id_), int(id_[3]), genes, origin, operators=("sampling",))


def _child(id_: str, genes: Genome, *parents: str) -> Individual:
    operators = ("crossover", "mutation") if len(parents) > 1 else ("mutation",)
    return Individual(id_, _birth(id_), int(id_[3]), genes, Origin.CHILD, parents, operators)


def _with(genes: Genome, **values: Value) -> Genome:
    return Genome.from_dict(genes.as_dict() | values)


def _birth(id_: str) -> int:
    return int(id_[1])


def _records(stage: str) -> dict[str, IndividualRecord]:
    family = _individuals()
    statuses = dict.fromkeys(family, IndividualStatus.EVALUATED) | dict.fromkeys(FAILURES, IndividualStatus.FAILED)
    if stage == "born":
        statuses = {id_: IndividualStatus.BORN for id_ in family if id_ != "g0-4b"}
    if stage == "training":
        statuses |= dict.fromkeys(("g2-4b", "g2-5", "g2-6"), IndividualStatus.BORN)
        statuses["g2-3"] = IndividualStatus.EVALUATING
    return {id_: _record(family, id_, status) for id_, status in statuses.items()}


def _record(family: Mapping[str, Individual], id_: str, status: IndividualStatus) -> IndividualRecord:
    individual = family[id_]
    failed, heard = status is IndividualStatus.FAILED, status.is_heard
    following = id_ + "b" if id_[-1].isdigit() else id_[:-1] + chr(ord(id_[-1]) + 1)
    return IndividualRecord(
        individual=individual,
        status=status,
        changed=changed(individual.genome, family[individual.parents[0]].genome) if individual.parents else {},
        metrics=_metrics(id_) if heard else {},
        samples=tuple(_song(id_, index) for index in (1, 2)) if heard else (),
        files={"network": f"individuals/{id_}/network.keras"} if heard else {},
        failure=FAILURES[id_] if failed else None,
        replaced_by=following if failed else None,
    )


def _metrics(id_: str) -> dict[str, Any]:
    epochs = 6 + len(id_) + int(id_[3])
    as_a_set = {} if id_ in _OLDER else {"set_figures": set_figures(40, 0.244, 0.5 * int(id_[3]), ended=0.975)}
    return {
        "validation_loss": BITS[id_],
        "epochs": epochs,
        "training_s": 31.4 + 2.7 * epochs,
        "parameters": 40_000 + 1_000 * epochs,
        "stopped_by": "patience" if epochs % 2 else "seconds",
        **as_a_set,
    }


def _song(id_: str, index: int) -> SampleRecord:
    files = {kind: f"individuals/{id_}/song-{index}{ext}" for kind, ext in _KINDS.items()}
    facts: dict[str, Any] = {"notes": 200, "seconds": 61.5, "range": "G3–B5", "repetition": 0.31, "copied_notes": 9}
    if id_ in _OLDER:
        return SampleRecord(index, files, facts)
    stuck = "one note, 40 times" if (id_, index) == ("g2-3", 2) else ""
    facts |= {"stuck": stuck, "ended": index == 1, "distance": 0.9 + 0.2 * index, "farthest": "polyphony"}
    return SampleRecord(index, files, facts)


_OLDER = ("g0-1", "g0-3")
"""As if an older evolve had made their songs, which knew fewer facts."""

_KINDS = {"midi": ".mid", "audio": ".ogg", "roll": ".svg"}


def _generations(stage: str) -> tuple[GenerationRecord, ...]:
    first = GenerationRecord(
        index=0,
        status=GenerationStatus.BRED,
        members=("g0-1", "g0-2", "g0-3", "g0-4b", "g0-5", "g0-6"),
        elites=(),
        failed=("g0-4",),
        parents=("g0-2", "g0-5"),
        ranking=_ranking(("g0-2",), ("g0-5",), ("g0-4b", "g0-6"), ("g0-1",), rejected=("g0-3",)),
        ballots=(
            _ballot(
                "ben",
                "2026-03-14T21:30:00+00:00",
                "DAFBEC",
                (("g0-5",), ("g0-2",), ("g0-4b",), ("g0-6",)),
                (("g0-5", 2),),
            ),
            _ballot(
                "anna",
                "2026-03-14T21:02:00+00:00",
                "BFADCE",
                (("g0-2",), ("g0-5", "g0-6"), ("g0-4b",)),
                (("g0-5", 2), ("g0-5", 1), ("g0-3", 1)),
            ),
        ),
    )
    if stage == "born":
        first = replace(first, members=tuple(f"g0-{slot}" for slot in range(1, 7)), failed=())
    if stage in ("born", "heard", "ranked"):
        status = {"born": GenerationStatus.BORN, "heard": GenerationStatus.EVALUATED, "ranked": GenerationStatus.RANKED}
        first = replace(first, status=status[stage], parents=())
    if stage in ("born", "heard"):
        first = replace(first, ranking={}, ballots=())
    second = GenerationRecord(
        index=1,
        status=GenerationStatus.BRED,
        members=("g0-2", "g1-2", "g1-3b", "g1-4", "g1-5c", "g1-6"),
        elites=("g0-2",),
        failed=("g1-3", "g1-5", "g1-5b"),
        parents=("g1-4", "g1-2"),
        ranking=_ranking(("g1-4",), ("g0-2", "g1-2"), ("g1-6",), ("g1-3b",), ("g1-5c",)),
        ballots=(_ballot("anna", "2026-03-15T19:40:00+00:00", "CDABFE", (("g1-4",), ("g0-2", "g1-2"), ("g1-6",))),),
    )
    third = GenerationRecord(
        index=2,
        status=GenerationStatus.BORN if stage == "training" else GenerationStatus.RANKED,
        members=("g1-4", "g2-2", "g2-3", "g2-4b", "g2-5", "g2-6"),
        elites=("g1-4",),
        failed=("g2-4",),
        parents=(),
        ranking={},
        ballots=(),
    )
    if stage == "finished":
        order = _ranking(("g2-3",), ("g2-2",), ("g1-4",), ("g2-5",), ("g2-4b",), ("g2-6",))
        third = replace(
            third,
            ranking=order,
            ballots=(_ballot("anna", "2026-03-16T18:00:00+00:00", "EADBFC", (("g2-3",), ("g2-2",))),),
        )
    return (first, second, third)


def _ranking(*tiers: tuple[str, ...], rejected: tuple[str, ...] = ()) -> dict[str, RankingEntry]:
    ranking, rank = {}, 1
    for tier in (*tiers, rejected):
        for id_ in tier:
            ranking[id_] = RankingEntry(rank, round(1.5 - 0.5 * rank, 2), rejected=id_ in rejected)
        rank += len(tier)
    return ranking


_MEMBERS = {
    "2026-03-14": ("g0-1", "g0-2", "g0-3", "g0-4b", "g0-5", "g0-6"),
    "2026-03-15": ("g0-2", "g1-2", "g1-3b", "g1-4", "g1-5c", "g1-6"),
    "2026-03-16": ("g1-4", "g2-2", "g2-3", "g2-4b", "g2-5", "g2-6"),
}


def _ballot(
    listener: str, made_at: str, letters: str, top: tuple[tuple[str, ...], ...], loved: tuple[Favourite, ...] = ()
) -> BallotRecord:
    """A ballot with these tiers on top and the other members of its day's generation tied below them."""
    members = _MEMBERS[made_at[:10]]
    rejected = tuple(id_ for id_ in members if id_ == "g0-3")
    rest = tuple(id_ for id_ in members if id_ not in rejected and not any(id_ in tier for tier in top))
    tiers = (*top, rest) if rest else top
    ballot = Ballot(tiers, rejected, loved)
    return BallotRecord(listener, ballot, "list", dict(zip(letters, members, strict=True)), made_at)
