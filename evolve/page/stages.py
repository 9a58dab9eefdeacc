"""Where a run stands for whoever looks at its page, and what the page tells of it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from evolve.judging.agreement import agreement_of
from evolve.judging.costs import costs_of
from evolve.page.listeners import Guest
from evolve.presentation import Presentation, is_heard, judged_word
from evolve.records.run import GenerationStatus, IndividualStatus, RunRecord
from evolve.words import minutes_in_words

Document = dict[str, Any]

_MOST_MEMBERS: Final = 60


class PageStage(StrEnum):
    """Where a run stands for a listener."""

    PREPARING = "preparing"
    EVALUATING = "evaluating"
    RANKING = "ranking"
    CAST = "cast"
    BREEDING = "breeding"
    WAITING = "waiting"
    COMPLETE = "complete"

    @property
    def is_open(self) -> bool:
        """Whether ballots can be cast."""
        return self in (PageStage.RANKING, PageStage.CAST)

    @property
    def is_at_work(self) -> bool:
        """Whether a process gets something ready to be judged."""
        return self in (PageStage.PREPARING, PageStage.EVALUATING, PageStage.BREEDING)


def stage_for(run: RunRecord, guest: Guest) -> PageStage:
    """Where a run stands for somebody."""
    if not run.generations:
        return PageStage.PREPARING if run.is_worked_on else PageStage.WAITING
    last = run.generations[-1]
    if last.status is GenerationStatus.BORN:
        return PageStage.EVALUATING if run.is_worked_on else PageStage.WAITING
    if last.status.waits_for_listener:
        return PageStage.RANKING if last.ballot_of(guest.name) is None else PageStage.CAST
    if last.index + 1 >= generations_wanted(run):
        return PageStage.COMPLETE
    return PageStage.BREEDING if run.is_worked_on else PageStage.WAITING


def generations_wanted(run: RunRecord) -> int:
    """How many generations the run shall have."""
    return int(run.settings.get("generations") or 0)


def words_document(presentation: Presentation) -> Document:
    """The words of a domain."""
    heard = is_heard(presentation)
    sample, maker = presentation.sample_word, presentation.maker_word
    return {
        "sample": sample,
        "samples": f"{sample}s",
        "maker": maker,
        "makers": f"{maker}s",
        "work": presentation.work,
        "judged": judged_word(presentation),
        "attend": "listen to" if heard else "look at",
        "is_heard": heard,
    }


def progress_of(run: RunRecord) -> Document | None:
    """How far the newest generation is, as the store tells it to a process that hears no events."""
    if not run.generations:
        return None
    records = [run.individuals[name] for name in run.generations[-1].members]
    waiting = (IndividualStatus.BORN, IndividualStatus.PAUSED)
    states = ["waiting" if one.status in waiting else str(one.status) for one in records]
    nothing = dict.fromkeys(("phase", "epoch", "epochs", "seconds_left"))
    members = [{"place": place, "status": state, **nothing} for place, state in enumerate(states, start=1)]
    ended = sum(one.status.is_finished for one in records)
    return {"done": ended, "total": len(members), "members": members[:_MOST_MEMBERS], "seconds_left": None}


def costs_told(run: RunRecord, guest: Guest, candidates: int) -> Document | None:
    """What judging has cost, of somebody's own ballots where they have cast any, and what the next ones will take."""
    ballots = [ballot for one in run.generations for ballot in one.ballots]
    costs = costs_of([one for one in ballots if one.listener == guest.name]) or costs_of(ballots)
    if costs is None:
        return None
    seconds = costs.seconds_for(candidates)
    return {
        "spent_s": round(costs.active_s),
        "plays": costs.plays,
        "candidates": candidates,
        "samples": max((len(one.chosen_samples) for one in run.individuals.values()), default=0),
        "candidate_s": round(costs.candidate_s, 1),
        "next": {"seconds": round(seconds), "words": minutes_in_words(seconds)},
    }


def agreement_told(run: RunRecord) -> Document | None:
    """How far the listeners of the last ranked generation agree; None where there was one alone."""
    ranked: Sequence[Any] = [one for one in run.generations if one.status.is_ranked]
    agreement = agreement_of([one.ballot for one in ranked[-1].ballots]) if ranked else None
    return None if agreement is None else {"w": agreement.w, "listeners": agreement.listeners}


def candidates_at_most(run: RunRecord) -> int:
    """How many of a generation are put before a listener."""
    population = int(run.settings.get("population") or 0)
    return min(population, int(run.settings.get("heard") or population))
