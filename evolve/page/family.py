"""The family of a run as the page shows it: everyone whose generation is ranked, with their samples."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from evolve.genome_words import changes_in_words, genome_in_words
from evolve.page.refusals import Refusal
from evolve.page.samples import sample_document
from evolve.page.stages import Document
from evolve.presentation import Presentation
from evolve.records.run import BallotRecord, GenerationRecord, IndividualRecord, RunRecord
from evolve.store.files import inside
from evolve.store.run_store import RunStore


def family_document(store: RunStore, run: RunRecord, presentation: Presentation) -> Document:
    """Everyone of the ranked generations, and who of each was ranked where."""
    ranked = [one for one in run.generations if one.status.is_ranked]
    names = dict.fromkeys(name for one in ranked for name in one.members)
    ballots = [ballot for one in ranked for ballot in one.ballots]  # until then each listener sees only their own
    return {
        "individuals": [
            {**_individual(store, run, presentation, name), **_loved_and_said(ballots, name)} for name in names
        ],
        "generations": [{"index": one.index, "members": _members(one)} for one in ranked],
    }


def _members(generation: GenerationRecord) -> list[Document]:
    """Whoever was in a generation, best first, and last those whom nobody ranked."""
    members = [
        {
            "id": name,
            "rank": entry.rank if entry else None,
            "rejected": bool(entry and entry.rejected),
            "again": name in generation.elites,
        }
        for name in generation.members
        for entry in [generation.ranking.get(name)]
    ]
    return sorted(members, key=lambda one: one["rank"] or math.inf)


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


def _individual(store: RunStore, run: RunRecord, presentation: Presentation, name: str) -> Document:
    record = run.individuals[name]
    return {
        "id": name,
        "place": ", ".join([str(record.individual.origin), *_places(run, name)]),
        "parents": list(record.individual.parents),
        "genome": _in_words(text for text, _ in genome_in_words(record.individual.genome, presentation)),
        "changed": _in_words(changes_in_words(record.changed, presentation)),
        "samples": _samples(store, presentation, record),
    }


def _places(run: RunRecord, name: str) -> list[str]:
    """Where somebody came in each ranked generation: ``rank 2 in generation 1``."""
    told = []
    for generation in run.generations:
        if generation.status.is_ranked and name in generation.members:
            entry = generation.ranking.get(name)
            place = "not ranked" if entry is None else "rejected" if entry.rejected else f"rank {entry.rank}"
            told.append(f"{place} in generation {generation.index}")
    return told


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


def _in_words(phrases: Iterable[str]) -> str:
    """Genes by the names that a person reads; where a domain has none, by their own, without underscores."""
    return ", ".join(phrases).replace("_", " ")
