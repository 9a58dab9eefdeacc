"""A listening session: one listener with one generation, under blind letters."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evolve.domain import Domain
from evolve.domain_registry import presentation_for
from evolve.errors import RunError
from evolve.judging.presenting import blind_letters, original_of, second_of
from evolve.judging.repeats import repeated
from evolve.presentation import Presentation
from evolve.records.ballot import Candidate, CandidateSample, ListeningLog, Playback
from evolve.records.individual import first_in_slot
from evolve.records.run import GenerationRecord, IndividualRecord, Json, RunRecord, SampleRecord
from evolve.search.candidates import Candidates, candidates_of
from evolve.search.reliability import Reliability, reliability_of
from evolve.search.run_facts import domain_source
from evolve.search.taste import knowledge_in_words
from evolve.store.files import inside
from evolve.store.names import checked_name, known_name
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore


@dataclass(frozen=True, slots=True)
class ListeningSession:
    """What a listener needs to fill in a ballot.

    Attributes:
        generation: Which one is heard.
        listener: Who hears it.
        letters: Blind letter to id; who is presented twice has a second id, with a mark behind it.
        candidates: In the order of the letters.
        unheard: The ids of the members who are not put before listeners.
        rule: How the candidates were chosen, in a line; empty when all members are heard.
        reliability: How much their samples tell about them; None where that is not known.
        knowledge: What is known of taste so far, in a line that tells nobody from another; empty where it is not asked.
        steps: Of the listener's unfinished ballot, oldest first.
        save: Keeps the steps of the unfinished ballot; called after each. Raises `RunError` when another session of
            this listener has kept others meanwhile.
        heard: What the listener has played of it so far, here or on a page.
        played: Notes that a sample was played, by its candidate's id and its number. Raises `RunError` when it cannot
            be kept.
        took: Notes so many seconds in which the listener was at it. Raises `RunError` when they cannot be kept.
        more: Of a candidate's id, the candidate with one more of its samples; None when it has no other. It stays with
            the candidate. Raises `RunError` when it cannot be read or kept.
        presentation: How the domain tells of the samples.
    """

    generation: int
    listener: str
    letters: Mapping[str, str]
    candidates: tuple[Candidate, ...]
    unheard: tuple[str, ...]
    rule: str
    reliability: Reliability | None
    knowledge: str
    steps: tuple[Json, ...]
    save: Callable[[Sequence[Json]], None]
    heard: ListeningLog
    played: Callable[[str, int], None]
    took: Callable[[float], None]
    more: Callable[[str], Candidate | None]
    presentation: Presentation


def open_session(
    store: RunStore,
    generation: int,
    listener: str,
    domain: Domain | None = None,
    *,
    run: RunRecord | None = None,
    in_place: bool = False,
    reliability: Callable[[RunRecord, GenerationRecord], Reliability | None] = reliability_of,
) -> ListeningSession:
    """Open a session of a listener with an evaluated generation, its samples staged under blind letters.

    Args:
        store: The run.
        generation: Which one.
        listener: Who judges.
        domain: The run's; None: as the run says, which must be one that is installed.
        run: What the store was just read to hold; None: it is read.
        in_place: Leave the samples that all listeners are given where they lie, for whoever shows no paths.
        reliability: Says how much the samples tell, for whoever knows it already.

    Raises:
        RunError: The generation is not ready to be heard.
    """
    run, listener = run or store.look(), _known(store, listener)
    domain = domain or domain_source(run).open()
    record = heard_generation(run, generation)
    chosen = _known_candidates(run, record)
    letters = _letters(run, generation, listener)
    stage = _ListeningStage(store, run, letters, store.paths.listening(generation, listener), domain, in_place=in_place)
    candidates = tuple(map(stage.staged, letters.values()))
    steps = tuple(store.draft_steps(generation, listener))
    kept: Sequence[Json] = steps

    def save(steps: Sequence[Json]) -> None:
        nonlocal kept
        store.record_draft(generation, listener, steps, before=kept)
        kept = steps

    def played(name: str, number: int) -> None:
        store.record_listening(generation, listener, ListeningLog(playbacks=(Playback(name, number, 1, 0.0),)))

    def took(seconds: float) -> None:
        if seconds:
            store.record_listening(generation, listener, ListeningLog(round(seconds, 1)))

    return ListeningSession(
        generation,
        listener,
        letters,
        candidates,
        chosen.unheard,
        chosen.rule,
        reliability(run, record),
        knowledge_in_words(run, record),
        steps,
        save,
        store.listening_log(generation, listener),
        played,
        took,
        stage.more,
        domain.presentation,
    )


class _ListeningStage:
    """The candidates' samples under their blind letters, as many of each as this listener was given.

    At first those are the samples that were chosen, and others that this listener asked for in this very generation:
    somebody who comes back with more samples than the others would be known by that.
    """

    def __init__(
        self,
        store: RunStore,
        run: RunRecord,
        letters: Mapping[str, str],
        folder: Path,
        domain: Domain,
        *,
        in_place: bool,
    ) -> None:
        self._domain, self._in_place = domain, in_place
        self._store, self._run, self._folder = store, run, folder
        self._letter_of = {name: letter for letter, name in letters.items()}
        self._given: dict[str, int] = {}

    def staged(self, name: str, most: int | None = None) -> Candidate:
        """A candidate with the samples that this listener was given, or the first so many of all."""
        letter = self._letter_of[name]
        samples = self._given_samples(name) if most is None else self._store.samples_of(original_of(name))[:most]
        self._given[name] = len(samples)
        chosen = len(self._run.individuals[original_of(name)].chosen_samples) if self._in_place else 0
        return Candidate(
            letter,
            name,
            (
                *(_in_place(self._store.paths, one) for one in samples[:chosen]),
                *(_stage(self._store, one, letter, self._folder) for one in samples[chosen:]),
            ),
        )

    def _given_samples(self, name: str) -> tuple[SampleRecord, ...]:
        one, letter = original_of(name), self._letter_of[name]
        chosen = self._run.individuals[one].chosen_samples
        others = self._store.samples_of(one)[len(chosen) :]
        given = [
            one for one in others if any(path.exists() for path in _blind_paths(one, letter, self._folder).values())
        ]
        return (*chosen, *given)

    def more(self, name: str) -> Candidate | None:
        """A candidate with one more sample: one that was asked for before, by whomever, or else a new one."""
        given, one = self._given[name], original_of(name)
        is_kept = len(self._store.samples_of(one)) > given
        if is_kept or _one_more(self._store, self._run.individuals[one], self._domain):
            return self.staged(name, given + 1)
        return None


def _one_more(store: RunStore, record: IndividualRecord, domain: Domain) -> bool:
    """Whether an individual has a sample that nobody was given yet; it is made and kept."""
    samples = store.samples_of(record.individual.id)
    if not samples:
        return False
    given = len(samples) - len(record.chosen_samples)
    sample = domain.more(lambda kind: store.read_file(record.files[kind]), given, samples[-1].index + 1)
    if sample is not None:
        store.record_sample(record.individual.id, sample)
    return sample is not None


def early_candidates(paths: RunPaths, run: RunRecord, listener: str) -> tuple[Candidate, ...]:
    """Whom of the newest generation, whose trials run yet, a listener can hear by now; their samples lie in place.

    Args:
        paths: Of the run.
        run: As it was just read.
        listener: Under the name that the run knows.
    """
    record = run.generations[-1]
    if candidates_of(run, record) is None:
        return ()
    letters = _letters(run, record.index, listener)
    once = {letter: name for letter, name in letters.items() if original_of(name) == name}
    ready = {letter: name for letter, name in once.items() if run.individuals[name].samples}
    if all(name in record.elites for name in ready.values()):  # see `EarlyHearing`
        return ()
    return tuple(
        Candidate(letter, name, tuple(_in_place(paths, one) for one in run.individuals[name].chosen_samples))
        for letter, name in ready.items()
    )


class EarlyHearing:
    """Stages samples under their blind letters as each individual ends, so that nobody waits for the last one.

    Those that are heard again wait for the first who is new: alone, their letter would say who they are. Where it is
    for the trials to decide who will be heard, nothing is staged before they have ended. Whoever is presented twice has
    its second letter then: two that come at once would give it away.
    """

    def __init__(self, store: RunStore, run: RunRecord, generation: int, listener: str) -> None:
        """Stage what is there already."""
        self._store, self._run, listener = store, run, _known(store, listener)
        self.folder = store.paths.listening(generation, listener)
        self.heard = 0
        record = run.generations[generation]
        known = {} if candidates_of(run, record) is None else _letters(run, generation, listener)
        letters = {letter: name for letter, name in known.items() if original_of(name) == name}
        self._letter = {first_in_slot(name): letter for letter, name in letters.items()}
        self._again = list(record.elites)
        for name in letters.values():
            if name not in record.elites and run.individuals[name].samples:
                self.stage(name)

    def stage(self, individual_id: str) -> None:
        """Stage the samples of a member who will be heard; whoever failed has none."""
        if first_in_slot(individual_id) in self._letter and (samples := self._store.samples_of(individual_id)):
            self._stage(individual_id, samples)
            while self._again:
                again = self._again.pop()
                self._stage(again, self._run.individuals[again].chosen_samples)

    def _stage(self, individual_id: str, samples: Sequence[SampleRecord]) -> None:
        for one in samples:
            _stage(self._store, one, self._letter[first_in_slot(individual_id)], self.folder)
        self.heard += 1


def _known(store: RunStore, listener: str) -> str:
    """A listener's name as it is kept in this run; capitals make nobody else."""
    return known_name(checked_name(listener), store.listeners())


def _letters(run: RunRecord, generation: int, listener: str) -> dict[str, str]:
    """Blind letters of a generation's candidates, with those of every generation before it in mind.

    A letter belongs to a slot: a replacement inherits it, and nobody else's changes.
    """
    letters: dict[str, str] = {}
    for record in run.generations[: generation + 1]:
        slots = {first_in_slot(name): name for name in _known_candidates(run, record).heard}
        slots |= _second_appearance(run, record, slots, listener)
        letters = blind_letters(
            list(slots), seed=run.settings["seed"], generation=record.index, listener=listener, before=letters
        )
    return {letter: slots[slot] for letter, slot in letters.items()}


def _second_appearance(
    run: RunRecord, record: GenerationRecord, slots: Mapping[str, str], listener: str
) -> dict[str, str]:
    """The slot and the id under which one of the candidates is presented again; empty where none is to be."""
    if not run.settings.get("repeats"):
        return {}
    elites = [first_in_slot(name) for name in record.elites]
    slot = repeated(slots, elites, seed=run.settings["seed"], generation=record.index, listener=listener)
    return {} if slot is None else {second_of(slot): second_of(slots[slot])}


def _known_candidates(run: RunRecord, generation: GenerationRecord) -> Candidates:
    """The candidates of a generation of which they are known."""
    candidates = candidates_of(run, generation)
    if candidates is None:
        raise _not_heard_yet(run, generation)
    return candidates


def heard_generation(run: RunRecord, generation: int | None = None) -> GenerationRecord:
    """The generation of this index, or the newest; `RunError` when nobody can hear it yet."""
    if not run.generations:
        raise RunError(f"nothing in {run.name} can be heard yet; {_how_it_goes_on(run)}")
    record = run.generations[-1] if generation is None else run.generations[generation]
    if not (record.status.waits_for_listener or record.status.is_ranked):
        raise _not_heard_yet(run, record)
    return record


def _not_heard_yet(run: RunRecord, record: GenerationRecord) -> RunError:
    candidates = candidates_of(run, record)
    word = f"{presentation_for(run).sample_word}s"
    wanted, what = (record.members, f"have {word}") if candidates is None else (candidates.heard, "can be judged")
    ready = sum(bool(run.individuals[name].samples) for name in wanted)
    early = f" ({ready:,} of {len(wanted):,} {what} so far)" if ready else ""
    return RunError(
        f"generation {record.index} of {run.name} has no full set of {word} yet{early}; {_how_it_goes_on(run)}"
    )


def _how_it_goes_on(run: RunRecord) -> str:
    return "a process works on it now" if run.is_worked_on else f"go on: evolve resume {run.reference}"


def _in_place(paths: RunPaths, sample: SampleRecord) -> CandidateSample:
    """A sample where the run keeps it, under names that tell whose it is."""
    files = {kind: inside(paths, path).absolute() for kind, path in sample.files.items()}
    return CandidateSample(sample.index, files, sample.facts)


def _stage(store: RunStore, sample: SampleRecord, letter: str, folder: Path) -> CandidateSample:
    """A sample under names that tell the letter alone: a player that shows the file's name gives nothing away."""
    files = {}
    for kind, path in _blind_paths(sample, letter, folder).items():
        blind = store.checked(path)
        if not blind.exists():
            store.write_file(blind, store.read_file(sample.files[kind]))
        files[kind] = blind.resolve()
    return CandidateSample(sample.index, files, sample.facts)


def _blind_paths(sample: SampleRecord, letter: str, folder: Path) -> dict[str, Path]:
    """Where each file of a sample lies under the letter, by kind."""
    suffixes = Counter(Path(relative).suffix for relative in sample.files.values())
    paths = {}
    for kind, relative in sample.files.items():
        suffix = Path(relative).suffix
        which = f"-{kind}" if suffixes[suffix] > 1 else ""
        paths[kind] = folder / checked_name(f"{letter}-{sample.index}{which}{suffix}")
    return paths
