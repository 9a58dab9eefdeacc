"""A run: is its store intact, are its files there and whole?"""

from collections.abc import Iterator
from itertools import groupby

from evolve.doctor.check import Check, State
from evolve.store.examination import Examination
from evolve.words import counted

MOST_SHOWN = 20
"""Findings that are told one by one."""


def run_checks(examination: Examination) -> Iterator[Check]:
    """What a look at a run folder has found, as checks."""
    layout = "unknown layout" if examination.layout is None else f"layout {examination.layout}"
    if examination.is_whole:
        yield Check("store", State.GOOD, f"intact, {layout}")
        proven = examination.files - examination.unproven
        unproven = f"; {counted(examination.unproven, 'other is', 'others are')} there" if examination.unproven else ""
        yield Check("files", State.GOOD, f"{counted(proven, 'is', 'are')} what was written{unproven}")
    shown = examination.findings[:MOST_SHOWN]
    for _, alike in groupby(shown, key=lambda finding: finding.advice):
        *others, last = alike
        for finding in others:
            yield Check("damage", State.BAD, finding.what, "")
        yield Check("damage", State.BAD, last.what, last.advice)
    if (more := len(examination.findings) - MOST_SHOWN) > 0:
        yield Check("damage", State.BAD, f"and {more:,} more", "--json tells them all")
    if examination.leftovers and not examination.is_worked_on:
        first, count = examination.leftovers[0], len(examination.leftovers)
        found = f"{counted(count, 'file is', 'files are')} left of writes that were cut off, such as {first}"
        yield Check("leftovers", State.WARNING, found, "they harm nothing, and may be deleted")
    at_work = "a process works on it now" if examination.is_worked_on else "nobody works on it now"
    yield Check("at work", State.GOOD, at_work)
