"""Many inputs of all kinds, each tried, the failing ones kept, and a table of what became of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from rich.console import Console
from rich.table import Table

from evolve.randomness import derive_rng
from tests.fuzz.kinds import Input, Kind, how_many
from tests.fuzz.made_up import made_up_inputs
from tests.fuzz.mutations import mutated
from tests.fuzz.real_files import archive_of, real_inputs, score_in
from tests.fuzz.sandbox import Outcome, Sandbox

WITHIN: Final = 0.6
"""The share of archives in which the score is changed, not the archive."""

TEXTS: Final = (".musicxml", ".xml", ".abc", ".krn", ".yaml", ".txt", ".json")


@dataclass(slots=True)
class Tally:
    """What became of the inputs of a kind."""

    accepted: int = 0
    refused: int = 0
    failed: int = 0
    slowest_s: float = 0.0
    largest_mb: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        """How many were tried."""
        return self.accepted + self.refused + self.failed

    def count(self, outcome: Outcome) -> None:
        """One more."""
        setattr(self, outcome.verdict, getattr(self, outcome.verdict) + 1)
        self.slowest_s = max(self.slowest_s, outcome.seconds)
        self.largest_mb = max(self.largest_mb, outcome.memory_mb)


def run_campaign(
    inputs: int, seed_number: int, folder: Path, kept: Path, on_kind: Callable[[Kind, Tally], None] | None = None
) -> dict[Kind, Tally]:
    """Try inputs of every kind.

    Args:
        inputs: How many in all.
        seed_number: All chance.
        folder: A new folder, in which they are tried.
        kept: Where failing inputs are written.
        on_kind: Called as each kind is done.
    """
    sandbox = Sandbox(folder)
    tallies: dict[Kind, Tally] = {}
    try:
        for kind, count in how_many(inputs).items():
            tallies[kind] = _try_kind(kind, count, seed_number, sandbox, kept)
            if on_kind is not None:
                on_kind(kind, tallies[kind])
    finally:
        sandbox.close()
    return tallies


def table(tallies: dict[Kind, Tally], seed_number: int) -> str:
    """What became of all inputs, kind by kind."""
    shown = Table("kind", title=f"fuzzing with seed {seed_number}", title_justify="left", box=None, pad_edge=False)
    for title in ("inputs", "accepted", "refused", "failed", "slowest s", "most MB"):
        shown.add_column(title, justify="right")
    for kind, one in tallies.items():
        figures = (one.inputs, one.accepted, one.refused, one.failed)
        shown.add_row(kind, *(f"{figure:,}" for figure in figures), f"{one.slowest_s:.1f}", f"{one.largest_mb:.0f}")
    console = Console(width=100)
    with console.capture() as text:
        console.print(shown)
    return text.get()


def _try_kind(kind: Kind, count: int, seed_number: int, sandbox: Sandbox, kept: Path) -> Tally:
    tally = Tally()

    def try_one(one: Input) -> None:
        outcome = sandbox.try_out(one)
        tally.count(outcome)
        if outcome.verdict == "failed":
            kept.mkdir(parents=True, exist_ok=True)
            path = kept / f"{seed_number}-{len(tally.failures)}-{one.file_name}"
            path.write_bytes(one.data)
            tally.failures.append(f"{path}: {outcome.text}\n  try it again: python -m tests.fuzz --replay {path}")

    for one in inputs_of(kind, count, seed_number):
        try_one(one)
    return tally


def inputs_of(kind: Kind, count: int, seed_number: int) -> Iterator[Input]:
    """So many inputs of a kind, half of them mutated, half made up; the same ones with the same seed."""
    made_up = count // 2
    yield from _mutated_inputs(kind, count - made_up, seed_number)
    if made_up:
        yield from _made_up_inputs(kind, made_up, seed_number)


def replayed(path: Path) -> Input:
    """The input that was kept in a file."""
    return Input(Kind(path.stem.rsplit("-", 1)[-1]), path.suffix, path.read_bytes())


def _mutated_inputs(kind: Kind, count: int, seed_number: int) -> Iterator[Input]:
    """Real inputs, each as it is and then changed a little."""
    real = real_inputs(kind)
    everything = [one.data for one in real]
    for number in range(count):
        rng = derive_rng(seed_number, "mutation", str(kind), number)
        one = real[int(rng.integers(len(real)))]
        if one.suffix == ".mxl" and rng.random() < WITHIN:
            yield Input(kind, ".mxl", archive_of("a.xml", mutated(score_in(one.data), everything, rng, is_text=True)))
        else:
            yield Input(kind, one.suffix, mutated(one.data, everything, rng, is_text=one.suffix in TEXTS))


def _made_up_inputs(kind: Kind, count: int, seed_number: int) -> Iterator[Input]:
    """What Hypothesis makes up; a failing one is kept as it is, for smaller ones would take their time."""
    made_up: list[Input] = []

    @seed(seed_number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(made_up_inputs(kind))
    def each(one: Input) -> None:
        made_up.append(one)

    each()
    yield from made_up
