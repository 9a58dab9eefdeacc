"""The listening room of one run: who is in it, what each sees of the run, and the ballots that they fill in."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from evolve.domain import Domain
from evolve.errors import BallotError, EvolveError, RunError, StorageError, printable
from evolve.judging.draft import BallotDraft
from evolve.page.ballots import OpenBallot, untouched
from evolve.page.family import family_document, individual_files
from evolve.page.listeners import Guest, Guests
from evolve.page.live import LiveProgress, News
from evolve.page.plays import heard_document, heard_generation, read_plays
from evolve.page.refusals import Refusal
from evolve.page.samples import candidate_document, columns_for, files_of
from evolve.page.stages import (
    Document,
    PageStage,
    agreement_told,
    candidates_at_most,
    costs_told,
    generations_wanted,
    progress_of,
    stage_for,
    words_of,
)
from evolve.page.store_thread import StoreThread
from evolve.presentation import Presentation
from evolve.records.ballot import LONGEST_COMMENT, Candidate, ListeningLog
from evolve.records.events import Event, EventKind
from evolve.records.run import BallotRecord, RunRecord
from evolve.search.branching import branch, branch_folder
from evolve.search.listening import early_candidates, open_session
from evolve.search.run_facts import NO_SOURCES, Sources
from evolve.search.steps import cast_ballot, close_generation
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from evolve.terminal.options import as_typed
from evolve.words import listed

_LOOK_S: Final = 1.0
"""So often the store is asked whether somebody else has changed it."""

_SHARE_OF_LOOKING: Final = 0.1
"""The most of the time that may go into reading the run anew."""


class ListeningRoom:
    """What the page knows of a run. Methods that are given the store are called in its thread, the others anywhere.

    Attributes:
        guests: Who may come in.
        news: Wakes whoever shows the state.
        store: The thread in which the store is open.
        run: As it was last read.
    """

    def __init__(self, folder: Path, domain: Domain, guests: Guests, sources: Sources = NO_SOURCES) -> None:
        """Open the run of a folder.

        Args:
            folder: The run's.
            domain: Its domain.
            guests: Who may come in.
            sources: The code that the user has named for the run.

        Raises:
            RunError: It cannot be opened.
        """
        self.guests, self._domain, self._sources = guests, domain, sources
        self._paths = RunPaths(folder)
        self.presentation: Presentation = domain.presentation
        self.news, self._live = News(), LiveProgress(self.presentation)
        self._ballots: dict[str, OpenBallot] = {}
        self._logs: dict[tuple[int, str], ListeningLog] = {}
        self._early: dict[str, tuple[RunRecord, tuple[Candidate, ...]]] = {}
        self._ranked_here: set[int] = set()
        self._cast: set[tuple[int, str]] = set()
        self._trouble = ""
        self._changed = threading.Event()
        self._seen: object = None
        self._next_look_s = 0.0
        self.store = StoreThread(folder, self._forget)
        self.run: RunRecord = self.store.ask(RunStore.look)

    def close(self) -> None:
        """Let the store go."""
        self.store.close()

    def welcome(self, names: Iterable[str]) -> None:
        """Let these come in as well; from then on a generation stays open until the owner closes it."""
        self.store.ask(lambda store: self._invite(store, names))

    def _invite(self, store: RunStore, names: Iterable[str]) -> list[str]:
        seen = store.listeners()
        known = [self.guests.invite(name, seen) for name in names]
        if self.guests.names and store.fact("listeners") != self.guests.all_names:
            store.record_facts({"listeners": self.guests.all_names})
        return known

    # --- what goes on ------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Take in an event of the search in this process."""
        self._live(event)
        if event.kind is not EventKind.PROGRESSED:
            self._next_look_s = 0.0
        self.news.tell()

    def look(self, store: RunStore, *, is_due: bool = False) -> None:
        """Read the run anew if others have changed it; not more often than pays, unless that is due."""
        begun = time.monotonic()
        if begun < self._next_look_s and not is_due:
            return
        seen = store.version, store.is_worked_on
        if seen != self._seen or is_due:
            self._take(store.look())
            self._see_drafts(store)
            self._seen = seen
        now = time.monotonic()
        self._next_look_s = now + max(_LOOK_S, (now - begun) / _SHARE_OF_LOOKING)

    def say_trouble(self, text: str) -> None:
        """Say on the page what stands in the way of looking at the run; empty: nothing does any more."""
        if text != self._trouble:
            self._trouble = text
            self.news.tell()

    def refresh(self) -> None:
        """Read the run anew, now; for whoever is not in the store's thread."""
        self.store.ask(lambda store: self.look(store, is_due=True))

    def wait_until_ranked(self, number: int) -> None:
        """Come back when a generation is ranked, from here or from elsewhere."""
        self._wait(lambda run: run.generations[number].status.is_ranked)

    def wait_until_cast(self, number: int) -> BallotRecord:
        """Come back when the owner's ballot is cast, from here or from elsewhere; gives it."""
        before = self._owners_ballot(self.run, number)
        self._wait(lambda run: self._owners_ballot(run, number) not in (None, before))
        cast = self._owners_ballot(self.run, number)
        assert cast is not None  # noqa: S101 - for mypy: it was waited for
        return cast

    def _owners_ballot(self, run: RunRecord, number: int) -> BallotRecord | None:
        return run.generations[number].ballot_of(self.guests.owner.name)

    def _wait(self, has_come: Callable[[RunRecord], bool]) -> None:
        while not has_come(self.run):
            self._changed.wait(_LOOK_S)
            self._changed.clear()

    def _take(self, run: RunRecord) -> None:
        before, self.run = self.run, run
        if len(run.generations) != len(before.generations):
            self._ballots, self._logs = {}, {}
        for old, new in zip(before.generations, run.generations, strict=False):
            if new.status.is_ranked and not old.status.is_ranked and new.index not in self._ranked_here:
                who = listed([one.listener for one in new.ballots])
                self._live.say(f"generation {new.index} was ranked from elsewhere, by {who}")
        self._changed.set()
        self.news.tell()

    def _see_drafts(self, store: RunStore) -> None:
        for name, ballot in self._ballots.items():
            if self.stage(Guest(name)).is_open:
                ballot.reread(store.draft_steps(ballot.session.generation, name))

    def _forget(self, store: RunStore) -> None:
        """Read again what is known of ballots: one that was cast may not be kept."""
        self._ballots, self._logs, self._cast = {}, {}, set()
        self._seen = None
        with contextlib.suppress(RunError):  # then the next look reads it
            self.look(store, is_due=True)

    # --- the state ---------------------------------------------------------------------------------------------------

    @property
    def number(self) -> int:
        """The newest generation; 0 before there is one."""
        return self.run.generations[-1].index if self.run.generations else 0

    def stage(self, guest: Guest) -> PageStage:
        """Where the run stands for somebody."""
        stage = stage_for(self.run, guest)
        has_cast = stage is PageStage.RANKING and (self.number, guest.name) in self._cast
        return PageStage.CAST if has_cast else stage

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
            "generations": generations_wanted(run),
            "progress": (self._live.document() or progress_of(run)) if stage.is_at_work else None,
            "notices": [printable(one) for one in (*self._live.notices, self._trouble) if one],
            "can_hear": [one.letter for one in self._early_for(guest)],
            "listeners": self._listeners() if guest.is_owner else None,
            "costs": costs_told(run, guest, len(ballot.candidates) if ballot else candidates_at_most(run)),
            "agreement": agreement_told(run),
            "go_on": self._resume_command(run.reference) if stage is PageStage.WAITING else None,
            "version": ballot.version if ballot else 0,
        }

    def _resume_command(self, reference: str) -> str:
        """What goes on with a run, with the code of the user's own that it is of."""
        return f"evolve resume {as_typed(reference, **self._sources.options)}"

    def link(self, name: str) -> str:
        """The way of a listener into the room, from its address."""
        return f"/?token={self.guests.token_of(name)}"

    def _listeners(self) -> list[Document]:
        """Who else judges, and how far they are."""
        ballots = self.run.generations[-1].ballots if self.run.generations else ()
        cast = {one.listener for one in ballots} | {name for number, name in self._cast.copy() if number == self.number}
        begun = {name for name, ballot in self._ballots.copy().items() if ballot.is_begun}
        begun |= {name for (number, name), log in self._logs.copy().items() if number == self.number and log}
        return [
            {
                "name": name,
                "link": self.link(name),
                "state": "cast" if name in cast else "begun" if name in begun else "away",
            }
            for name in self.guests.names
        ]

    def _early_for(self, guest: Guest) -> tuple[Candidate, ...]:
        """Whom somebody can hear before all trials have ended."""
        run = self.run
        if self.stage(guest) is not PageStage.EVALUATING:
            return ()
        known = self._early.get(guest.name)
        if known is None or known[0] is not run:
            known = self._early[guest.name] = run, early_candidates(self._paths, run, guest.name)
        return known[1]

    # --- judging -----------------------------------------------------------------------------------------------------

    def session(self, store: RunStore, guest: Guest) -> Document:
        """Everything that somebody needs to judge the newest generation, as far as it is there."""
        self.look(store)
        stage = self.stage(guest)
        if stage is PageStage.EVALUATING:
            early = self._early_for(guest)
            heard = heard_document(self._log(store, guest), {one.letter: one.id for one in early})
            return {**self._candidates(early, {one.letter for one in early}), "ballot": untouched(early, heard)}
        ballot = self._opened(store, guest)
        told = ballot.session.reliability
        return {
            **self._candidates(tuple(ballot.candidates.values()), ballot.exhausted),
            "told": told.in_words if told else "",
            "rule": ballot.session.rule,
            "ballot": self._document(store, ballot, guest),
        }

    def _candidates(self, candidates: Sequence[Candidate], exhausted: set[str]) -> Document:
        columns = columns_for(self.presentation, candidates)
        return {
            "generation": self.number,
            "longest_comment": LONGEST_COMMENT,
            "told": "",
            "rule": "",
            "columns": [{"heading": one.heading, "help": one.help} for one in columns],
            "candidates": [
                candidate_document(self.presentation, columns, one, self.number, can_more=one.letter not in exhausted)
                for one in candidates
            ],
        }

    def step(self, store: RunStore, guest: Guest, version: object, said: object) -> Document:
        """One move on somebody's ballot, kept before it is answered."""
        ballot = self._opened(store, guest)
        if not isinstance(said, dict):
            raise Refusal(400, 'a step is an object, such as {"do": "up", "letter": "A"}')
        self._check_version(store, ballot, guest, version)
        try:
            after = ballot.after(said)
        except BallotError as error:
            raise Refusal(400, str(error)) from error
        if after.steps != ballot.draft.steps:
            self._keep(store, ballot, guest, after)
        return self._document(store, ballot, guest)

    def _keep(self, store: RunStore, ballot: OpenBallot, guest: Guest, after: BallotDraft) -> None:
        steps, number = after.to_json(), ballot.session.generation
        was_begun = ballot.is_begun
        try:
            store.record_draft(number, guest.name, steps, before=ballot.kept)
        except StorageError:
            raise
        except RunError as error:
            ballot.reread(store.draft_steps(number, guest.name))
            raise self._elsewhere(store, ballot, guest) from error
        ballot.draft, ballot.kept = after, steps
        if not was_begun:
            self.news.tell()

    def _check_version(self, store: RunStore, ballot: OpenBallot, guest: Guest, version: object) -> None:
        if version != ballot.version:
            raise self._elsewhere(store, ballot, guest)

    def _elsewhere(self, store: RunStore, ballot: OpenBallot, guest: Guest) -> Refusal:
        """Another window or a terminal went on."""
        text = "your ballot was gone on with in another window or in a terminal; this is how it stands now"
        return Refusal(409, text, {"ballot": self._document(store, ballot, guest)})

    def cast(self, store: RunStore, guest: Guest, version: object) -> Document:
        """Hand in somebody's ballot."""
        ballot = self._opened(store, guest)
        number = ballot.session.generation
        self._check_version(store, ballot, guest, version)
        if store.draft_steps(number, guest.name) != list(ballot.kept):
            ballot.reread(store.draft_steps(number, guest.name))
            raise self._elsewhere(store, ballot, guest)
        try:
            is_ranked = bool(cast_ballot(store, ballot.session, ballot.draft.ballot, ballot.draft.method))
        except StorageError:
            raise
        except RunError as error:
            self.look(store, is_due=True)
            raise Refusal(409, str(error), {"ballot": self._document(store, ballot, guest)}) from error
        self._ballots.pop(guest.name, None)
        self._logs.pop((number, guest.name), None)
        if is_ranked:
            self._ranked_here.add(number)
            self.look(store, is_due=True)
        else:  # others are waited for, and may all cast at once: the run is read for several of them
            self._cast.add((number, guest.name))
            self._seen = None
            self.news.tell()
        return {"stage": self.stage(guest)}

    def hear(self, store: RunStore, guest: Guest, said: Document) -> None:
        """Note what somebody has heard, and how long they were at it; not what was of another generation."""
        stage = self.stage(guest)
        if heard_generation(said) not in (None, self.number):
            return
        if stage is not PageStage.EVALUATING and not stage.is_open:
            return
        early = self._early_for(guest)
        candidates = early if stage is PageStage.EVALUATING else tuple(self._opened(store, guest).candidates.values())
        more = read_plays(said, candidates)
        known = self._log(store, guest)
        if more:
            store.record_listening(self.number, guest.name, more)
            self._logs[self.number, guest.name] = known.plus(more)
        if more and not known:
            self.news.tell()

    def more(self, store: RunStore, guest: Guest, letter: object) -> Document:
        """One more sample of a candidate."""
        ballot = self._opened(store, guest)
        try:
            candidate = ballot.session.more(ballot.id_of(letter))
        except BallotError as error:
            raise Refusal(400, str(error)) from error
        if candidate is None:
            ballot.exhausted.add(str(letter))
            raise Refusal(404, f"{letter} has no other {self.presentation.sample_word}")
        ballot.candidates[candidate.letter] = candidate
        columns = columns_for(self.presentation, ballot.candidates.values())
        return candidate_document(self.presentation, columns, candidate, self.number, can_more=True)

    def files(self, store: RunStore, guest: Guest, place: tuple[int, str, int]) -> dict[str, Path]:
        """The files of a sample that somebody may hear or see, by its generation, letter and number."""
        generation, letter, index = place
        if generation != self.number:
            raise Refusal(404, f"generation {generation} is over; what was ranked is in the family")
        stage = self.stage(guest)
        if stage is PageStage.EVALUATING:
            candidates = {one.letter: one for one in self._early_for(guest)}
        else:
            candidates = self._opened(store, guest, to_rank=False).candidates
        return files_of(candidates.get(letter), index)

    def _document(self, store: RunStore, ballot: OpenBallot, guest: Guest) -> Document:
        letters = {one.letter: one.id for one in ballot.candidates.values()}
        return ballot.document(heard_document(self._log(store, guest), letters))

    def _log(self, store: RunStore, guest: Guest) -> ListeningLog:
        key = self.number, guest.name
        if key not in self._logs:
            self._logs[key] = store.listening_log(*key)
        return self._logs[key]

    def _opened(self, store: RunStore, guest: Guest, *, to_rank: bool = True) -> OpenBallot:
        """Somebody's ballot of the newest generation; `Refusal` when it cannot be judged now."""
        if to_rank and not self.stage(guest).is_open:
            self.look(store, is_due=True)
            if not self.stage(guest).is_open:
                known = self._ballots.get(guest.name)
                stood = {} if known is None else {"ballot": self._document(store, known, guest)}
                raise Refusal(409, f"there is nothing to rank now: {_IDLE[self.stage(guest)]}", stood)
        ballot = self._ballots.get(guest.name)
        if ballot is None or ballot.session.generation != self.number:
            ballot = self._ballots[guest.name] = self._open(store, guest)
        return ballot

    def _open(self, store: RunStore, guest: Guest) -> OpenBallot:
        if not self.run.generations:
            raise Refusal(404, "nobody is born yet")
        if self.stage(guest) is PageStage.CAST:
            self.look(store, is_due=True)
        last = self.run.generations[-1]
        session = open_session(store, last.index, guest.name, self._domain, run=self.run, in_place=True)
        return OpenBallot.of(session, last.ballot_of(guest.name))

    # --- what the owner may ------------------------------------------------------------------------------------------

    def close_generation(self, store: RunStore, guest: Guest) -> Document:
        """Rank by the ballots that are there."""
        check_owner(guest)
        number = self.number
        if not self.stage(guest).is_open:
            raise Refusal(409, f"there is nothing to close now: {_IDLE[self.stage(guest)]}")
        close_generation(store, number)
        self._ranked_here.add(number)
        self.look(store, is_due=True)
        return {"stage": self.stage(guest)}

    def invite(self, store: RunStore, guest: Guest, name: object) -> Document:
        """Let somebody else judge, by a link of their own; from then on a generation stays open until it is closed."""
        check_owner(guest)
        if not isinstance(name, str):
            raise Refusal(400, 'a listener has a name: {"name": "ann"}')
        try:
            (known,) = self._invite(store, [name])
        except StorageError:
            raise
        except EvolveError as error:
            raise Refusal(400, str(error)) from error
        self.news.tell()
        return {"name": known, "link": self.link(known)}

    def branch(self, guest: Guest, ancestors: object, name: object) -> Document:
        """Begin a new run from ancestors, beside this one.

        All that they have made is read and written anew, so it is done in a thread of the caller's, with a store of its
        own that is only read: moves of listeners do not wait for it.
        """
        check_owner(guest)
        if not isinstance(ancestors, list) or not all(isinstance(one, str) for one in ancestors) or not ancestors:
            raise Refusal(400, 'ancestors are ids: {"from": ["g0-3"]}')
        if not isinstance(name, str | None):
            raise Refusal(400, "the name of a run is a text")
        with RunStore(self._paths.folder, read_only=True) as store:
            folder = branch_folder(store, self._paths.folder.parent, name or None)
            with branch(store, ancestors, folder, sources=self._sources) as made:
                return {"run": made.name, "command": self._resume_command(made.paths.reference)}

    def family(self, store: RunStore, guest: Guest) -> Document:
        """Everyone of the ranked generations."""
        check_owner(guest)
        self.look(store)
        return family_document(store, self.run, self.presentation)

    def files_of_family(self, store: RunStore, guest: Guest, name: str, index: int) -> dict[str, Path]:
        """The files of a sample of somebody whose generation is ranked."""
        check_owner(guest)
        return individual_files(store, self.run, name, index)


_IDLE: Final = {
    PageStage.PREPARING: "the run is being prepared",
    PageStage.EVALUATING: "not all candidates are there yet",
    PageStage.BREEDING: "the generation is ranked, and the next one is bred",
    PageStage.WAITING: "the run waits to be gone on with",
    PageStage.COMPLETE: "the last generation is ranked",
}


def check_owner(guest: Guest) -> None:
    """Let nobody but the owner do it."""
    if not guest.is_owner:
        raise Refusal(403, "only the owner of the run may do that")
