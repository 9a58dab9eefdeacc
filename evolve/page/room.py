"""The listening room of one run: who is in it, what each sees of the run, and the ballots that they fill in."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evolve.domain import Domain
from evolve.errors import BallotError, EvolveError, RunError, StorageError, printable
from evolve.page.ballots import OpenBallot
from evolve.page.family import family_document, individual_file
from evolve.page.listeners import Guest, Guests
from evolve.page.live import LiveProgress, News
from evolve.page.refusals import Refusal
from evolve.page.samples import candidate_document, columns_for, file_of
from evolve.page.store_thread import StoreThread
from evolve.presentation import Presentation, is_heard
from evolve.records.ballot import Candidate
from evolve.records.events import Event, EventKind
from evolve.records.run import GenerationStatus, Json, RunRecord
from evolve.search import steps
from evolve.search.listening import early_candidates, open_session
from evolve.search.steps import cast_ballot
from evolve.store.run_store import RunStore

Document = dict[str, Any]

_LOOK_S: Final = 1.0
"""So often the store is asked whether somebody else has changed it."""


class ListeningRoom:
    """What the page knows of a run; everything that reads or writes the store happens in its thread.

    Attributes:
        guests: Who may come in.
        news: Wakes whoever shows the state.
        live: What goes on right now.
    """

    def __init__(self, folder: Path, domain: Domain, guests: Guests) -> None:
        """Open the run of a folder."""
        self.guests, self._domain = guests, domain
        self.presentation: Presentation = domain.presentation
        self.store = StoreThread(folder)
        self.news, self.live = News(), LiveProgress(self.presentation)
        self._ballots: dict[str, OpenBallot] = {}
        self._early: dict[str, tuple[Candidate, ...]] = {}
        self._heard: dict[tuple[int, str], dict[str, dict[str, dict[str, float]]]] = {}
        self._seen: object = None
        self._next_look_s = 0.0
        self.run: RunRecord = self.store.ask(RunStore.look)

    def close(self) -> None:
        """Let the store go."""
        self.store.close()

    # --- what goes on ------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Take in an event of the search in this process."""
        self.live(event)
        if event.kind is not EventKind.PROGRESSED:
            self._next_look_s = 0.0
        self.news.tell()

    def look(self, store: RunStore) -> None:
        """See whether the run has changed, not more often than pays."""
        begun = time.monotonic()
        if begun < self._next_look_s:
            return
        run = store.look()
        if run != self.run or run.is_worked_on != self.run.is_worked_on:
            self._take(run)
        self._see_drafts(store)
        now = time.monotonic()
        self._next_look_s = now + max(_LOOK_S, 10 * (now - begun))

    def _take(self, run: RunRecord) -> None:
        if len(run.generations) != len(self.run.generations):
            self._ballots = {}
        self.run, self._early = run, {}
        self.news.tell()

    def _see_drafts(self, store: RunStore) -> None:
        for name, ballot in self._ballots.items():
            steps = store.draft_steps(ballot.session.generation, name)
            if steps != list(ballot.kept):
                ballot.reread(steps)
                self.news.tell()

    # --- the state ---------------------------------------------------------------------------------------------------

    @property
    def number(self) -> int | None:
        """The newest generation."""
        return self.run.generations[-1].index if self.run.generations else None

    def stage(self, guest: Guest) -> str:
        """Where the run stands for somebody."""
        run = self.run
        if not run.generations:
            return "preparing" if run.is_worked_on else "waiting"
        last = run.generations[-1]
        if last.status is GenerationStatus.BORN:
            return "evaluating" if run.is_worked_on else "waiting"
        if last.status.waits_for_listener:
            return "cast" if any(one.listener == guest.name for one in last.ballots) else "ranking"
        if last.index + 1 >= int(run.settings.get("generations") or 0):
            return "complete"
        return "breeding" if run.is_worked_on else "waiting"

    def state(self, guest: Guest) -> Document:
        """What the page shows somebody of the run."""
        run, stage = self.run, self.stage(guest)
        ballot = self._ballots.get(guest.name)
        return {
            "run": run.name,
            "domain": run.domain["reference"],
            "words": words_of(self.presentation),
            "me": {"name": guest.name, "is_owner": guest.is_owner},
            "stage": stage,
            "generation": self.number,
            "generations": int(run.settings.get("generations") or 0),
            "progress": self._progress(stage),
            "listeners": [self._listener(name) for name in self.guests.names] if guest.is_owner else None,
            "costs": None,
            "agreement": None,
            "go_on": f"evolve resume {run.reference}" if stage == "waiting" else None,
            "version": ballot.version if ballot else 0,
            **self._told(guest, stage),
        }

    def _told(self, guest: Guest, stage: str) -> Document:
        early = self._early.get(guest.name, ()) if stage == "evaluating" else ()
        return {"notices": [printable(one) for one in self.live.notices], "can_hear": [one.letter for one in early]}

    def _progress(self, stage: str) -> Document | None:
        if stage not in ("preparing", "evaluating", "breeding"):
            return None
        told = self.live.document()
        if told is not None or not self.run.generations:
            return told
        last = self.run.generations[-1]
        records = [self.run.individuals[name] for name in last.members]
        members = [
            {"place": place, "status": {"born": "waiting"}.get(record.status, str(record.status))}
            for place, record in enumerate(records, start=1)
        ]
        ended = sum(record.status.is_finished for record in records)
        return {"done": ended, "total": len(members), "members": members, "seconds_left": None}

    def _listener(self, name: str) -> Document:
        last = self.run.generations[-1] if self.run.generations else None
        ballot = self._ballots.get(name)
        has_cast = last is not None and any(one.listener == name for one in last.ballots)
        state = "cast" if has_cast else "begun" if ballot and ballot.is_begun else "away"
        return {"name": name, "link": self.link(name), "state": state}

    def link(self, name: str) -> str:
        """The way of a listener into the room, from its address."""
        return f"/?token={self.guests.token_of(name)}"

    # --- ballots -----------------------------------------------------------------------------------------------------

    def session(self, store: RunStore, guest: Guest) -> Document:
        """Everything that somebody needs to judge the newest generation, as far as there is something."""
        self.look(store)
        stage = self.stage(guest)
        if stage in ("ranking", "cast"):
            ballot = self._opened(store, guest)
            candidates = tuple(ballot.candidates.values())
            draft = ballot.document(self._heard_by(guest))
            told = ballot.session.reliability
            said = {"told": told.in_words if told else "", "rule": ballot.session.rule}
            exhausted = ballot.exhausted
        elif stage == "evaluating":
            candidates, said, exhausted = self._early_for(store, guest), {"told": "", "rule": ""}, set("")
            draft = _untouched(candidates, self._heard_by(guest))
        else:
            raise Refusal(409, f"there is nothing to judge now: the run is {stage}")
        columns = columns_for(self.presentation, candidates)
        number = self.number or 0
        return {
            "generation": number,
            **said,
            "columns": [{"heading": one.heading, "help": one.help} for one in columns],
            "candidates": [
                candidate_document(
                    self.presentation,
                    columns,
                    one,
                    number,
                    can_more=stage != "evaluating" and one.letter not in exhausted,
                )
                for one in candidates
            ],
            "ballot": draft,
        }

    def step(self, store: RunStore, guest: Guest, version: object, said: object) -> Document:
        """One move on somebody's ballot, kept before it is answered."""
        ballot = self._opened(store, guest)
        if not isinstance(said, dict):
            raise Refusal(400, 'a step is an object, such as {"do": "up", "letter": "A"}')
        if version != ballot.version:
            raise self._elsewhere(ballot, guest)
        try:
            after = ballot.after(said)
        except BallotError as error:
            raise Refusal(400, str(error)) from error
        if after is not ballot.draft:
            self._keep(store, ballot, guest, after)
        return ballot.document(self._heard_by(guest))

    def _keep(self, store: RunStore, ballot: OpenBallot, guest: Guest, after: Any) -> None:  # noqa: ANN401
        steps, number = after.to_json(), ballot.session.generation
        was_begun = ballot.is_begun
        try:
            store.record_draft(number, guest.name, steps, before=ballot.kept)
        except StorageError as error:
            raise Refusal(507, str(error)) from error
        except RunError as error:
            ballot.reread(store.draft_steps(number, guest.name))
            raise self._elsewhere(ballot, guest) from error
        ballot.draft, ballot.kept = after, steps
        if not was_begun:
            self.news.tell()

    def _elsewhere(self, ballot: OpenBallot, guest: Guest) -> Refusal:
        """Another window or a terminal went on."""
        text = "your ballot was gone on with in another window or in a terminal; this is how it stands now"
        return Refusal(409, text, {"ballot": ballot.document(self._heard_by(guest))})

    def cast(self, store: RunStore, guest: Guest, version: object) -> Document:
        """Hand in somebody's ballot."""
        ballot = self._opened(store, guest)
        if version != ballot.version:
            raise self._elsewhere(ballot, guest)
        try:
            cast_ballot(store, ballot.session, ballot.draft.ballot, ballot.draft.method)
        except StorageError as error:
            raise Refusal(507, str(error)) from error
        except RunError as error:
            self._next_look_s = 0.0
            self.look(store)
            raise Refusal(409, str(error), {"ballot": ballot.document(self._heard_by(guest))}) from error
        self._ballots.pop(guest.name, None)
        self._next_look_s = 0.0
        self.look(store)
        self.news.tell()
        return {"stage": self.stage(guest)}

    def hear(self, store: RunStore, guest: Guest, said: Mapping[str, Json]) -> None:
        """Remember what somebody has heard."""
        heard = self._heard_by(guest)
        for one in said.get("plays", []):
            kept = heard.setdefault(str(one["letter"]), {}).setdefault(str(one["sample"]), {"plays": 0, "seconds": 0.0})
            kept["plays"] += int(one.get("plays", 0))
            kept["seconds"] = round(kept["seconds"] + float(one.get("seconds", 0.0)), 1)

    def more(self, store: RunStore, guest: Guest, letter: object) -> Document:
        """One more sample of a candidate."""
        ballot = self._opened(store, guest)
        try:
            candidate = ballot.session.more(ballot.id_of(letter))
        except BallotError as error:
            raise Refusal(400, str(error)) from error
        except StorageError as error:
            raise Refusal(507, str(error)) from error
        if candidate is None:
            ballot.exhausted.add(str(letter))
            raise Refusal(404, f"{letter} has no other {self.presentation.sample_word}")
        ballot.candidates[candidate.letter] = candidate
        columns = columns_for(self.presentation, ballot.candidates.values())
        return candidate_document(self.presentation, columns, candidate, ballot.session.generation, can_more=True)

    def file(self, store: RunStore, guest: Guest, generation: int, letter: str, index: int, kind: str) -> Path:
        """A file that somebody may hear or see, by its blind name."""
        if generation != self.number:
            raise Refusal(404, "that generation is over; its samples are in the family")
        stage = self.stage(guest)
        if stage in ("ranking", "cast"):
            candidate = self._opened(store, guest).candidates.get(letter)
        else:
            early = self._early_for(store, guest) if stage == "evaluating" else ()
            candidate = next((one for one in early if one.letter == letter), None)
        return file_of(candidate, index, kind)

    # --- what the owner may ------------------------------------------------------------------------------------------

    def close_generation(self, store: RunStore, guest: Guest) -> Document:
        """Rank by the ballots that are there."""
        _check_owner(guest)
        close: Any = getattr(steps, "close_generation", None)
        if close is None or self.number is None:
            raise Refusal(409, "there is nothing to close")
        close(store, self.number)
        self._next_look_s = 0.0
        self.look(store)
        return {"stage": self.stage(guest)}

    def invite(self, store: RunStore, guest: Guest, name: object) -> Document:
        """Let somebody else judge, by a link of their own."""
        _check_owner(guest)
        self.guests.invite([str(name)])
        store.record_facts({"listeners": [self.guests.owner.name, *self.guests.names]})
        self.news.tell()
        return {"name": self.guests.names[-1], "link": self.link(self.guests.names[-1])}

    def family(self, store: RunStore, guest: Guest) -> Document:
        """Everyone of the ranked generations."""
        _check_owner(guest)
        self.look(store)
        return family_document(store, self.run, self.presentation)

    def file_of_family(self, store: RunStore, guest: Guest, name: str, index: int, kind: str) -> Path:
        """A file of somebody whose generation is ranked."""
        _check_owner(guest)
        return individual_file(store, self.run, name, index, kind)

    def _opened(self, store: RunStore, guest: Guest) -> OpenBallot:
        if self.stage(guest) not in ("ranking", "cast"):
            self._next_look_s = 0.0
            self.look(store)
        if self.stage(guest) not in ("ranking", "cast"):
            raise Refusal(409, f"there is nothing to rank now: the run is {self.stage(guest)}")
        ballot = self._ballots.get(guest.name)
        if ballot is None or ballot.session.generation != self.number:
            ballot = self._ballots[guest.name] = self._open(store, guest)
        return ballot

    def _open(self, store: RunStore, guest: Guest) -> OpenBallot:
        last = self.run.generations[-1]
        cast = next((one.ballot for one in last.ballots if one.listener == guest.name), None)
        try:
            session = open_session(store, last.index, guest.name, self._domain, run=self.run, in_place=True)
        except EvolveError as error:
            raise Refusal(409, str(error)) from error
        return OpenBallot.of(session, cast)

    def _early_for(self, store: RunStore, guest: Guest) -> Sequence[Candidate]:
        if guest.name not in self._early:
            self._early[guest.name] = early_candidates(store, self.run, guest.name)
        return self._early[guest.name]

    def _heard_by(self, guest: Guest) -> dict[str, dict[str, dict[str, float]]]:
        return self._heard.setdefault((self.number or 0, guest.name), {})


def _check_owner(guest: Guest) -> None:
    if not guest.is_owner:
        raise Refusal(403, "only the owner of the run may do that")


def words_of(presentation: Presentation) -> Document:
    """The words of a domain."""
    heard = is_heard(presentation)
    sample, maker = presentation.sample_word, presentation.maker_word
    return {
        "sample": sample,
        "samples": f"{sample}s",
        "maker": maker,
        "makers": f"{maker}s",
        "work": presentation.work,
        "judged": "heard" if heard else "seen",
        "attend": "listen to" if heard else "look at",
        "is_heard": heard,
    }


def _untouched(candidates: Sequence[Candidate], heard: Mapping[str, Json]) -> Document:
    """A ballot that waits until all candidates are there."""
    return {
        "tiers": [[one.letter for one in candidates]] if candidates else [],
        "rejected": [],
        "favourites": [],
        "comments": {},
        "heard": heard,
        "can_undo": False,
        "can_redo": False,
        "question": None,
        "is_begun": False,
        "version": 0,
    }
