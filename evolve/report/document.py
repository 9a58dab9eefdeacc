"""A whole run as one JSON document, in the shape that docs/report-format.md describes."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from evolve.genetics.lineage import (
    CategoricalSpread,
    NumericSpread,
    SharesSpread,
    Spread,
    founders_of,
    gene_drift,
    line_to_founder,
    surviving_shares,
)
from evolve.judging.agreement import agreement_of
from evolve.records.run import JUDGE, BallotRecord, GenerationRecord, IndividualRecord, RunRecord
from evolve.records.shares import Shares
from evolve.report.overview import stage_of
from evolve.report.questions import (
    champions_of,
    family_of,
    favourites_of,
    kept_for_favourites,
    kept_for_taste,
    letters_of,
    log_genes,
    members_with_samples,
    shared_genes,
)
from evolve.search.candidates import candidates_of
from evolve.search.outlook import outlook_of
from evolve.search.reliability import reliability_of
from evolve.search.taste import prediction_of

FORMAT_VERSION = 1
"""Raised when a field changes its meaning or goes away; new fields alone do not raise it."""

_OWN_FACTS = ("domain", "build", "prepared", "notices_told", "branched", JUDGE)
"""Of the run itself, not of what it learns from."""

Document = dict[str, Any]
"""What `json.dumps` takes, without NaN or infinities."""


def report_document(run: RunRecord) -> Document:
    """The run as plain dictionaries and lists, every field as docs/report-format.md says."""
    stage, outlook = stage_of(run), outlook_of(run)
    document = {
        "version": FORMAT_VERSION,
        "run": run.name,
        "created_at": run.created_at,
        "seed": run.settings.get("seed"),
        "stands": {
            "generation": stage.generation,
            "status": stage.words,
            "waits_for": stage.waits_for,
            "command": stage.command,
            "at_work": run.is_worked_on,
        },
        "settings": run.settings,
        "space": run.space,
        "domain": run.domain,
        "judge": run.judge or None,
        "branched": _branched(run),
        "facts": {name: fact for name, fact in run.facts.items() if name not in _OWN_FACTS},
        "versions": run.versions,
        "damage": run.damage,
        "champions": _champions(run),
        "favourites": [
            {"id": one.individual, "sample": one.number, "file": one.file, "listeners": one.listeners}
            for one in favourites_of(run)
        ],
        "taste": outlook.to_json() if outlook else None,
        "drift": _drift(run),
        "generations": [_generation(run, generation) for generation in run.generations],
    }
    return dict(plain(document))


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """A value as JSON can hold it: mappings and shares as dicts, tuples as lists, NaN and infinities as None."""
    if isinstance(value, Shares):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _branched(run: RunRecord) -> Document | None:
    """Where a run's first founders come from, where that is another run."""
    founders = [{"id": name, "was": before} for name, before in run.ancestors.items()]
    kept = {name: run.branched.get(name) for name in ("run", "created_at", "seed")}
    return {**kept, "founders": founders} if run.branched else None


def _generation(run: RunRecord, generation: GenerationRecord) -> Document:
    candidates, reliability = candidates_of(run, generation), reliability_of(run, generation)
    agreement, prediction = agreement_of([one.ballot for one in generation.ballots]), prediction_of(generation)
    return {
        "index": generation.index,
        "status": str(generation.status),
        "members": generation.members,
        "elites": generation.elites,
        "candidates": candidates.heard if candidates else None,
        "reliability": reliability.to_json() if reliability else None,
        "failed": generation.failed,
        "stopped": generation.stopped,
        "champions": champions_of(generation),
        "parents": generation.parents,
        "parents_for_favourites": kept_for_favourites(run, generation),
        "parents_for_taste": kept_for_taste(run, generation),
        "agreement": dataclasses.asdict(agreement) if agreement else None,
        "prediction": dataclasses.asdict(prediction) if prediction else None,
        "ballots": [_ballot(ballot) for ballot in generation.ballots],
        "individuals": [individual_document(run.individuals[id_], generation) for id_ in generation.everyone],
    }


def _ballot(record: BallotRecord) -> Document:
    return {
        "listener": record.listener,
        "method": record.method,
        "made_at": record.made_at,
        "letters": record.letters,
        "tiers": record.ballot.tiers,
        "rejected": record.ballot.rejected,
        "favourites": [{"id": name, "sample": number} for name, number in record.ballot.favourites],
        "comments": dict(record.ballot.comments),
        "repeat": dataclasses.asdict(record.repeat) if record.repeat else None,
        "listening": {
            "active_s": record.listening.active_s,
            "plays": record.listening.plays,
            "playbacks": [dataclasses.asdict(one) for one in record.listening.playbacks],
        },
    }


def individual_document(record: IndividualRecord, generation: GenerationRecord) -> Document:
    """An individual as a member of a generation."""
    individual = record.individual
    entry, expected = generation.ranking.get(individual.id), generation.foretold.get(individual.id)
    told = {
        "id": individual.id,
        "status": str(record.status),
        "origin": str(individual.origin),
        "born_in": individual.generation,
        "slot": individual.slot,
        "elite": individual.id in generation.elites,
        "genome": individual.genome.as_dict(),
        "parents": individual.parents,
        "operators": individual.operators,
        "changed": record.changed,
        "rank": entry.rank if entry else None,
        "utility": entry.utility if entry else None,
        "rejected": entry.rejected if entry else False,
        "letter": letters_of(generation).get(individual.id),
        "expected": expected.to_json() if expected else None,
        "metrics": record.metrics,
        "files": record.files,
        "samples": [{"index": one.index, "files": one.files, "facts": one.facts} for one in record.samples],
        "failure": record.failure,
        "stopped": record.stopped,
        "replaced_by": record.replaced_by,
        "lost": record.lost,
    }
    return dict(plain(told))


def _champions(run: RunRecord) -> list[Document]:
    family = family_of(run)
    return [
        {
            "generation": generation.index,
            "id": id_,
            "line": line_to_founder(family, id_),
            "founders": founders_of(family, id_),
            "gene_shares": surviving_shares(family, [id_], ignored_genes=shared_genes(run)),
        }
        for generation in run.generations
        for id_ in champions_of(generation)
    ]


def _drift(run: RunRecord) -> Document:
    drift = gene_drift(family_of(run), members_with_samples(run), log_genes=log_genes(run))
    return {gene: [_spread(spread) for spread in spreads] for gene, spreads in drift.items()}


def _spread(spread: Spread | None) -> Document | None:
    match spread:
        case NumericSpread():
            return {"count": spread.count, **_range(spread)}
        case SharesSpread():
            return {"count": spread.count, "groups": {name: _range(share) for name, share in spread.groups}}
        case CategoricalSpread():
            return {"count": spread.count, "counts": [[value, count] for value, count in spread.counts]}
    return None


def _range(spread: NumericSpread) -> Document:
    return {"minimum": spread.minimum, "median": spread.median, "maximum": spread.maximum}
