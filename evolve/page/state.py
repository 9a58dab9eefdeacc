"""What the page tells a guest of a run, as documents."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from evolve.page.listeners import Guest
from evolve.page.samples import candidate_document, columns_for
from evolve.page.stages import (
    Document,
    PageStage,
    agreement_told,
    candidates_at_most,
    costs_told,
    generations_wanted,
    words_document,
)
from evolve.presentation import Presentation
from evolve.records.ballot import LONGEST_COMMENT, Candidate
from evolve.records.run import RunRecord

IDLE: Final = {
    PageStage.PREPARING: "the run is being prepared",
    PageStage.EVALUATING: "not all candidates are there yet",
    PageStage.BREEDING: "the generation is ranked, and the next one is bred",
    PageStage.WAITING: "the run waits to be gone on with",
    PageStage.COMPLETE: "the last generation is ranked",
}
"""Why there is nothing to judge."""


def newest(run: RunRecord) -> int:
    """The number of the newest generation; 0 before there is one."""
    return run.generations[-1].index if run.generations else 0


def run_document(run: RunRecord, presentation: Presentation, guest: Guest, candidates: int | None) -> Document:
    """What the store tells a guest of a run.

    Args:
        run: As it was read.
        presentation: Its domain's.
        guest: Whom it is told.
        candidates: How many are put before the guest; None where that is not known yet.
    """
    return {
        "run": run.name,
        "domain": run.domain["reference"],
        "words": words_document(presentation),
        "me": {"name": guest.name, "is_owner": guest.is_owner},
        "generation": newest(run),
        "generations": generations_wanted(run),
        "costs": costs_told(run, guest, candidates_at_most(run) if candidates is None else candidates),
        "agreement": agreement_told(run),
    }


def listeners_document(
    run: RunRecord, links: Mapping[str, str], cast: Collection[str], begun: Collection[str]
) -> list[Document]:
    """Who else judges the newest generation, and how far they are.

    Args:
        run: As it was read.
        links: The way in of each who was invited.
        cast: Those whose ballot was cast since.
        begun: Those who have begun one.
    """
    ballots = run.generations[-1].ballots if run.generations else ()
    has_cast = {*cast, *(one.listener for one in ballots)}
    return [
        {"name": name, "link": link, "state": "cast" if name in has_cast else "begun" if name in begun else "away"}
        for name, link in links.items()
    ]


def candidates_document(
    presentation: Presentation, generation: int, candidates: Sequence[Candidate], exhausted: set[str]
) -> Document:
    """The candidates of a generation, without saying who they are; of those exhausted there are no more samples."""
    columns = columns_for(presentation, candidates)
    return {
        "generation": generation,
        "longest_comment": LONGEST_COMMENT,
        "told": "",
        "rule": "",
        "columns": [{"heading": one.heading, "help": one.help} for one in columns],
        "candidates": [
            candidate_document(presentation, columns, one, generation, can_more=one.letter not in exhausted)
            for one in candidates
        ],
    }
