"""The family of a run as the page shows it: everyone whose generation is ranked, with their samples."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evolve.page.refusals import Refusal
from evolve.page.samples import sample_document
from evolve.page.stages import Document
from evolve.presentation import Presentation
from evolve.records.run import BallotRecord, GenerationRecord, IndividualRecord, Json, RunRecord
from evolve.records.shares import Shares
from evolve.store.files import inside
from evolve.store.run_store import RunStore


def family_document(store: RunStore, run: RunRecord, presentation: Presentation) -> Document:
    """Everyone of the ranked generations, by the newest ranking of each."""
    ranked = [one for one in run.generations if one.status.is_ranked]
    newest = {name: one for one in ranked for name in one.members}
    ballots = [ballot for one in ranked for ballot in one.ballots]  # until then each listener sees only their own
    return {
        "individuals": [
            {**_individual(store, run, presentation, name, one), **_loved_and_said(ballots, name)}
            for name, one in newest.items()
        ],
        "generations": [
            {
                "index": one.index,
                "members": list(one.members),
                "elites": list(one.elites),
                "parents": list(one.parents),
                "ranking": {name: {"rank": each.rank, "rejected": each.rejected} for name, each in one.ranking.items()},
            }
            for one in ranked
        ],
    }


def individual_files(store: RunStore, run: RunRecord, name: str, index: int) -> dict[str, Path]:
    """The files of a sample of somebody whose generation is ranked.

    Raises:
        Refusal: There is none.
    """
    if any(name in one.members for one in run.generations if one.status.is_ranked):
        for sample in run.individuals[name].samples:
            if sample.index == index:
                return {kind: inside(store.paths, path).resolve() for kind, path in sample.files.items()}
    raise Refusal(404, "there is no such sample of anybody who was ranked")


def _individual(
    store: RunStore, run: RunRecord, presentation: Presentation, name: str, generation: GenerationRecord
) -> Document:
    record = run.individuals[name]
    entry = generation.ranking.get(name)
    return {
        "id": name,
        "generation": record.individual.generation,
        "origin": str(record.individual.origin),
        "parents": list(record.individual.parents),
        "rank": entry.rank if entry else None,
        "rejected": bool(entry and entry.rejected),
        "genome": _plain(record.individual.genome.as_dict()),
        "changed": _plain(record.changed),
        "metrics": _plain(record.metrics),
        "samples": _samples(store, presentation, record),
    }


def _loved_and_said(ballots: Sequence[BallotRecord], name: str) -> Document:
    """Which samples of somebody are loved, and what was written about them."""
    return {
        "favourites": sorted({number for one in ballots for who, number in one.ballot.favourites if who == name}),
        "comments": [
            {"listener": one.listener, "text": text}
            for one in ballots
            for who, text in one.ballot.comments
            if who == name
        ],
    }


def _samples(store: RunStore, presentation: Presentation, record: IndividualRecord) -> list[Document]:
    place = f"/individual/{quote(record.individual.id)}"
    return [
        {
            "index": one.index,
            **sample_document(
                presentation,
                {kind: store.paths.folder / path for kind, path in one.files.items()},
                one.facts,
                f"{place}/{one.index}",
            ),
        }
        for one in record.samples
    ]


def _plain(value: Json) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Shares):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
