"""Many kills, spread over all steps and signals, on as many runs as they take; each ends like an undisturbed one."""

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evolve.randomness import derive_rng
from tests.torture.evening import ALL_STEPS, SIGNALS, Evening, Kill

_CERTAIN = ("validation_loss", "epochs", "best_epoch", "parameters", "stopped_by")
"""The metrics that do not tell how long something took."""


_LET_BE = 3
"""Every third command is not killed, so that a run gets on through all its steps."""


def undisturbed(folder: Path, corpus: Path, generations: int) -> Evening:
    """A run that nobody stops; how long its steps are is known afterwards."""
    folder.mkdir()
    evening = Evening(folder, corpus, generations)
    while not evening.is_over:
        evening.go_on()
    return evening


def disturbed(folder: Path, model: Evening, *, kills: int, seed: int, on_kill: Callable[[Kill], None]) -> list[Kill]:
    """Kill so many commands, and compare each run that has ended with the undisturbed one.

    Args:
        folder: For the runs.
        model: The undisturbed run.
        kills: How many have to take place.
        seed: The instants derive from it.
        on_kill: Told of each.

    Raises:
        AssertionError: A run is not what it would have been, or something outlived its command.
    """
    done: list[Kill] = []
    while len(done) < kills:
        place = folder / f"evening-{len(done)}"
        place.mkdir(parents=True)
        evening = Evening(place, model.corpus, model.generations, dict(model.measured))
        for typed in itertools.count():
            if evening.is_over:
                break
            is_let_be = len(done) >= kills or typed % _LET_BE == _LET_BE - 1
            kill = None if is_let_be else _next_kill(evening, done, seed)
            if evening.go_on(kill) and kill is not None:
                done.append(kill)
                on_kill(kill)
        assert outcome(evening) == outcome(model)
    return done


def outcome(evening: Evening) -> Any:  # noqa: ANN401 - compared as a whole
    """All that chance, training and the listener decided: lineage, genomes, ballots, certain metrics, and songs."""
    run = evening.run
    assert run is not None
    folder = evening.folder / "runs" / "night"
    generations = [
        (one.index, one.status, one.members, one.elites, one.failed, one.parents, dict(one.ranking))
        for one in run.generations
    ]
    ballots = [(each.listener, each.ballot, each.letters) for one in run.generations for each in one.ballots]
    individuals = {
        name: (
            one.individual, one.status, one.changed, one.failure, one.replaced_by,
            {metric: one.metrics.get(metric) for metric in _CERTAIN},
            [(song.index, song.facts, (folder / song.files["midi"]).read_bytes()) for song in one.samples],
        )
        for name, one in run.individuals.items()
    }  # fmt: skip
    return generations, ballots, individuals


def table(kills: list[Kill]) -> str:
    """How often each signal met each step."""
    counts = Counter((kill.step, kill.number) for kill in kills)
    head = "| step | " + " | ".join(number.name for number in SIGNALS) + " |"
    rows = [f"| {step} | " + " | ".join(str(counts[step, number]) for number in SIGNALS) + " |" for step in ALL_STEPS]
    return "\n".join([head, "| --- |" + " --- |" * len(SIGNALS), *rows])


def _next_kill(evening: Evening, done: list[Kill], seed: int) -> Kill:
    """The step that was stopped least so far, by the signal that it met least."""
    rng = derive_rng(seed, "kill", len(done), len(evening.kills), evening.folder.name)
    steps, numbers = Counter(kill.step for kill in done), Counter(kill.number for kill in done)
    pairs = Counter((kill.step, kill.number) for kill in done)
    step = min(evening.possible(), key=lambda one: steps[one])
    number = min(SIGNALS, key=lambda one: (pairs[step, one], numbers[one]))
    return evening.draw(step, number, rng)
