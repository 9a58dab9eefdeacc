"""Candidates and their samples as the page is given them, and the files that it may ask for."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from evolve.page.refusals import Refusal
from evolve.page.stages import Document
from evolve.presentation import Column, Facts, Presentation, columns_of, judged_file, type_of
from evolve.records.ballot import Candidate, CandidateSample


def columns_for(presentation: Presentation, candidates: Iterable[Candidate]) -> Sequence[Column]:
    """What stands beside candidates."""
    return columns_of(presentation, [one.facts for each in candidates for one in each.samples])


def candidate_document(
    presentation: Presentation, columns: Sequence[Column], candidate: Candidate, generation: int, *, can_more: bool
) -> Document:
    """A candidate as the page shows it: nothing in it tells who it is."""
    facts = [sample.facts for sample in candidate.samples]
    place = f"{generation}/{quote(candidate.letter)}"
    return {
        "letter": candidate.letter,
        "cells": [column.text(facts) for column in columns],
        "samples": [_sample(presentation, sample, place) for sample in candidate.samples],
        "can_more": can_more,
    }


def _sample(presentation: Presentation, sample: CandidateSample, place: str) -> Document:
    return {
        "index": sample.index,
        **sample_document(presentation, sample.files, sample.facts, f"/sample/{place}/{sample.index}"),
        "renderings": {
            name: f"/rendering/{place}/{sample.index}/{quote(name, safe='')}" for name in presentation.renderings
        },
    }


def sample_document(presentation: Presentation, files: Mapping[str, Path], facts: Facts, place: str) -> Document:
    """The files of a sample beneath a place on the page, and what can be said of it."""
    first = judged_file(presentation, files)
    return {
        "line": presentation.describe(facts),
        "files": {
            kind: {
                "url": f"{place}/{quote(kind, safe='')}",
                "type": type_of(presentation, kind, path.name),
                "bytes": _size(path),
            }
            for kind, path in files.items()
        },
        "first": next((kind for kind, path in files.items() if path == first), None),
    }


def files_of(candidate: Candidate | None, index: int) -> dict[str, Path]:
    """The files of a candidate's sample.

    Raises:
        Refusal: There is none.
    """
    for sample in candidate.samples if candidate else ():
        if sample.index == index:
            return dict(sample.files)
    raise Refusal(404, "there is no such sample among those that you were given")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
