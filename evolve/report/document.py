"""A whole run as one JSON document, in the shape that docs/report-format.md describes."""

import math
from collections.abc import Mapping
from typing import Any

from evolve.candidates import candidates_of
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
from evolve.genetics.shares import Shares
from evolve.report.favourites import FavouriteSong, favourites_of
from evolve.report.genes import log_genes, shared_genes
from evolve.report.rankings import champions_of, family_of, letters_of, members_with_songs
from evolve.report.reliability import reliability_of
from evolve.report.stage import stage_of
from evolve.store.records import BallotRecord, GenerationRecord, IndividualRecord, RunRecord, SongRecord

FORMAT_VERSION = 1
"""Raised when a field changes its meaning or goes away; new fields alone do not raise it."""

Document = dict[str, Any]
"""What `json.dumps` takes, without NaN or infinities."""


def report_document(run: RunRecord) -> Document:
    """The run as plain dictionaries and lists, every field as docs/report-format.md says."""
    stage = stage_of(run)
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
        "corpus": run.corpus,
        "opening": run.opening,
        "versions": run.versions,
        "damage": run.damage,
        "champions": _champions(run),
        "favourites": [_favourite(song) for song in favourites_of(run)],
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


def _generation(run: RunRecord, generation: GenerationRecord) -> Document:
    candidates, reliability = candidates_of(run, generation), reliability_of(run, generation)
    return {
        "index": generation.index,
        "status": str(generation.status),
        "members": generation.members,
        "elites": generation.elites,
        "candidates": candidates.heard if candidates else None,
        "reliability": reliability.to_json() if reliability else None,
        "failed": generation.failed,
        "champions": champions_of(generation),
        "parents": generation.parents,
        "ballots": [_ballot(ballot) for ballot in generation.ballots],
        "individuals": [
            _individual(run.individuals[id_], generation) for id_ in (*generation.members, *generation.failed)
        ],
    }


def _ballot(record: BallotRecord) -> Document:
    return {
        "listener": record.listener,
        "method": record.method,
        "made_at": record.made_at,
        "letters": record.letters,
        "tiers": record.ballot.tiers,
        "rejected": record.ballot.rejected,
        "favourites": [{"id": name, "song": number} for name, number in record.ballot.favourites],
    }


def _favourite(song: FavouriteSong) -> Document:
    return {"id": song.individual, "song": song.number, "midi": song.midi, "listeners": song.listeners}


def _individual(record: IndividualRecord, generation: GenerationRecord) -> Document:
    individual = record.individual
    standing = generation.standings.get(individual.id)
    return {
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
        "rank": standing.rank if standing else None,
        "utility": standing.utility if standing else None,
        "rejected": standing.rejected if standing else False,
        "letter": letters_of(generation).get(individual.id),
        "metrics": record.metrics,
        "files": record.files,
        "songs": [_song(song) for song in record.songs],
        "failure": record.failure,
        "replaced_by": record.replaced_by,
        "lost": record.lost,
    }


def _song(song: SongRecord) -> Document:
    return {"index": song.index, "midi": song.files.get("midi"), **song.files, "facts": song.facts}


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
    drift = gene_drift(family_of(run), members_with_songs(run), log_genes=log_genes(run))
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
