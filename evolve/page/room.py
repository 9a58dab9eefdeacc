"""The listening room of one run: who is in it, what each sees of the run, and the ballots that they fill in."""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from evolve.domain import Domain
from evolve.errors import BallotError, RunError, StorageError, printable
from evolve.judging.draft import BallotDraft
from evolve.page.ballots import OpenBallot, untouched
from evolve.page.listeners import Guest, Guests
from evolve.page.live import LiveProgress, News
from evolve.page.plays import heard_document, heard_generation, read_plays
from evolve.page.refusals import Refusal
from evolve.page.run_watch import RunWatch
from evolve.page.samples import candidate_document, columns_for, files_of
from evolve.page.stages import (
    Document,
    PageStage,
    progress_of,
    stage_for,
)
from evolve.page.state import IDLE, candidates_document, listeners_document, newest, run_document
from evolve.page.store_thread import StoreThread
from evolve.presentation import Presentation
from evolve.records.ballot import Candidate, ListeningLog
from evolve.records.run import GenerationRecord, RunRecord
from evolve.search.listening import early_candidates, open_session
from evolve.search.reliability import Reliability, reliability_of
from evolve.search.run_facts import NO_SOURCES, Sources
from evolve.search.steps import cast_ballot
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from evolve.terminal.options import as_typed


class ListeningRoom:
    """What the page knows of a run. Methods that are given the store are called in its thread, the others anywhere.

    Attributes:
        guests: Who may come in.
        news: Wakes whoever shows the state.
        store: The thread in which the store is open.
        watch: What is known of the run.
        paths: Of the run.
        sources: The code that the user has named for the run.
        presentation: How its domain tells of samples.
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
        self.guests, self.sources, self._domain = guests, sources, domain
        self.paths = RunPaths(folder)
        self.presentation: Presentation = domain.presentation
        self.news = News()
        self._ballots: dict[str, OpenBallot] = {}
        self._logs: dict[tuple[int, str], ListeningLog] = {}
        self._early: dict[str, tuple[RunRecord, tuple[Candidate, ...]]] = {}
        self._cast: set[tuple[int, str]] = set()
        self._reliability: dict[int, Reliability | None] = {}
        self.store = StoreThread(folder, self._forget)
        run = self.store.ask(RunStore.look)
        self.watch = RunWatch(run, LiveProgress(self.presentation), self.news, self._see)

    @property
    def run(self) -> RunRecord:
        """The run as it was last read."""
        return self.watch.run

    def close(self) -> None:
        """Let the store go."""
        self.store.close()

    def welcome(self, names: Iterable[str]) -> None:
        """Let these come in as well; from then on a generation stays open until the owner closes it."""
        self.store.ask(lambda store: self.invite(store, names))

    def invite(self, store: RunStore, names: Iterable[str]) -> list[str]:
        """Let these come in as well; gives the names under which they are known."""
        seen = store.listeners()
        known = [self.guests.invite(name, seen) for name in names]
        if self.guests.names and store.fact("listeners") != self.guests.all_names:
            store.record_facts({"listeners": self.guests.all_names})
        return known

    # --- what goes on ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the run anew, now; for whoever is not in the store's thread."""
        self.store.ask(lambda store: self.watch.look(store, is_due=True))

    def _see(self, store: RunStore, has_grown: bool) -> None:  # noqa: FBT001 - as it is called
        """Go on from what the store holds of open ballots; those of an older generation are over."""
        if has_grown:
            self._ballots, self._logs = {}, {}
        for name in self.run.facts.get("listeners") or ():  # another page of the run may have invited them
            self.guests.invite(name)
        for name, ballot in self._ballots.items():
            if self.stage(Guest(name)).is_open:
                ballot.reread(store.draft_steps(ballot.session.generation, name))
        self._logs = {key: store.listening_log(*key) for key in self._logs}  # a terminal may have played some

    def _forget(self, store: RunStore) -> None:
        """Read again what is known of ballots: one that was cast may not be kept."""
        self._ballots, self._logs, self._cast = {}, {}, set()
        self.watch.look_soon()
        with contextlib.suppress(RunError):  # then the next look reads it
            self.watch.look(store, is_due=True)

    # --- the state ---------------------------------------------------------------------------------------------------

    @property
    def number(self) -> int:
        """The newest generation; 0 before there is one."""
        return newest(self.run)

    def stage(self, guest: Guest) -> PageStage:
        """Where the run stands for somebody."""
        stage = stage_for(self.run, guest)
        has_cast = stage is PageStage.RANKING and (self.number, guest.name) in self._cast
        return PageStage.CAST if has_cast else stage

    def state(self, guest: Guest) -> Document:
        """What the page shows somebody of the run."""
        run, stage, ballot = self.run, self.stage(guest), self._ballots.get(guest.name)
        live, trouble = self.watch.live, self.watch.trouble
        return {
            **run_document(run, self.presentation, guest, len(ballot.candidates) if ballot else None),
            "stage": stage,
            "progress": (live.document() or progress_of(run)) if stage.is_at_work else None,
            "notices": [printable(one) for one in (*live.notices, trouble) if one],
            "can_hear": [one.letter for one in self._early_for(guest)],
            "listeners": self._listeners() if guest.is_owner else None,
            "go_on": self.resume_command(run.reference) if stage is PageStage.WAITING else None,
            "version": ballot.version if ballot else 0,
        }

    def resume_command(self, reference: str) -> str:
        """What goes on with a run, with the code of the user's own that it is of."""
        return f"evolve resume {as_typed(reference, **self.sources.options, judge='page')}"

    def link(self, name: str) -> str:
        """The way of a listener into the room, from its address."""
        return f"/?token={self.guests.token_of(name)}"

    def _listeners(self) -> list[Document]:
        """Who else judges, and how far they are."""
        number = self.number
        cast = {name for index, name in self._cast.copy() if index == number}
        begun = {name for name, ballot in self._ballots.copy().items() if ballot.is_begun}
        begun |= {name for (index, name), log in self._logs.copy().items() if index == number and log}
        return listeners_document(self.run, {name: self.link(name) for name in self.guests.names}, cast, begun)

    def _early_for(self, guest: Guest) -> tuple[Candidate, ...]:
        """Whom somebody can hear before all trials have ended."""
        run = self.run
        if self.stage(guest) is not PageStage.EVALUATING:
            return ()
        known = self._early.get(guest.name)
        if known is None or known[0] is not run:
            known = self._early[guest.name] = run, early_candidates(self.paths, run, guest.name)
        return known[1]

    # --- judging -----------------------------------------------------------------------------------------------------

    def session(self, store: RunStore, guest: Guest) -> Document:
        """Everything that somebody needs to judge the newest generation, as far as it is there."""
        self.watch.look(store)
        stage = self.stage(guest)
        if stage is PageStage.EVALUATING:
            early = self._early_for(guest)
            heard = heard_document(self._log(store, guest), {one.letter: one.id for one in early})
            return {**self._told(early, {one.letter for one in early}), "ballot": untouched(early, heard)}
        ballot = self._opened(store, guest)
        told = ballot.session.reliability
        return {
            **self._told(tuple(ballot.candidates.values()), ballot.exhausted),
            "told": told.in_words if told else "",
            "rule": ballot.session.rule,
            "ballot": self._document(store, ballot, guest),
        }

    def _told(self, candidates: Sequence[Candidate], exhausted: set[str]) -> Document:
        return candidates_document(self.presentation, self.number, candidates, exhausted)

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
            self.watch.look(store, is_due=True)
            raise Refusal(409, str(error), {"ballot": self._document(store, ballot, guest)}) from error
        self._ballots.pop(guest.name, None)
        self._logs.pop((number, guest.name), None)
        if is_ranked:
            self.watch.ranked_here.add(number)
            self.watch.look(store, is_due=True)
        else:  # others are waited for, and may all cast at once: the run is read for several of them
            self._cast.add((number, guest.name))
            self.watch.look_soon()
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
            self.watch.look(store, is_due=True)
            if not self.stage(guest).is_open:
                known = self._ballots.get(guest.name)
                stood = {} if known is None else {"ballot": self._document(store, known, guest)}
                raise Refusal(409, f"there is nothing to rank now: {IDLE[self.stage(guest)]}", stood)
        ballot = self._ballots.get(guest.name)
        if ballot is None or ballot.session.generation != self.number:
            ballot = self._ballots[guest.name] = self._open(store, guest)
        return ballot

    def _open(self, store: RunStore, guest: Guest) -> OpenBallot:
        if not self.run.generations:
            raise Refusal(404, "nobody is born yet")
        if self.stage(guest) is PageStage.CAST:
            self.watch.look(store, is_due=True)
        last = self.run.generations[-1]
        session = open_session(
            store, last.index, guest.name, self._domain, run=self.run, in_place=True, reliability=self._told_once
        )
        return OpenBallot.of(session, last.ballot_of(guest.name))

    def _told_once(self, run: RunRecord, generation: GenerationRecord) -> Reliability | None:
        """How much the samples of an evaluated generation tell: the same for all who judge it."""
        if generation.index not in self._reliability:
            self._reliability[generation.index] = reliability_of(run, generation)
        return self._reliability[generation.index]
