"""Claim: the validation loss after a part of the budget says who will have the lowest after the whole of it.

Founders of a space are trained as in a run, in processor seconds. Of each the lowest loss is noted at the first end of
an epoch at or after a ninth, a quarter, a third and a half of its budget, as `halving` does it. Printed are for each:

- Kendall's tau-b of these losses with those after the whole budget, and its interval (percentile bootstrap over
  networks);
- what of the whole training it took until then, the mean;
- of the networks that go on (the best by these losses), the mean place by the whole loss, as a share of all from 0, the
  best, to 1: with halving and by chance;
- the wait: training all for the part and the chosen to the end, against training all to the end; who goes on is
  compiled again. Composing is left out, which only those do who are trained to the end.

    python -m benchmarks.early_losses --space quick.yaml --networks 24      # ten minutes
    python -m benchmarks.early_losses --space events.yaml --budget 0.2
"""

import argparse
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy.stats import kendalltau

from benchmarks.bred import SPACES, Studio
from benchmarks.pairing import table
from evolve.genetics.breeding import found
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.individual import Individual

PARTS = (9, 4, 3, 2)
BOOTSTRAPS = 2_000
HEADS = ("space", "networks", "part", "tau", "95 %", "of the training", "place of the chosen", "by chance", "wait")


@dataclass(frozen=True, slots=True)
class LossCurve:
    """How one network's training went.

    Attributes:
        ends: When each epoch ended, in seconds.
        losses: The lowest validation loss by then, in bits a note.
        budget_s: What it might take.
        most_epochs: How many epochs it might have.
        first_step_s: When its first step was done; what is compiled takes as long whatever the budget.
    """

    ends: tuple[float, ...]
    losses: tuple[float, ...]
    budget_s: float
    most_epochs: int
    first_step_s: float

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """What was kept of it."""
        return cls(**{**told, "ends": tuple(told["ends"]), "losses": tuple(told["losses"])})

    def rung(self, part: int) -> int:
        """The place of the epoch at whose end one part of so many is over; the last if it ended before."""
        due_s = self.first_step_s + (self.budget_s - self.first_step_s) / part
        due_epoch = max(1, round(self.most_epochs / part))
        places = (place for place, end in enumerate(self.ends) if end >= due_s or place + 1 >= due_epoch)
        return next(places, len(self.ends) - 1)


def main() -> None:
    """Print the table."""
    chosen = _parser().parse_args()
    studio = Studio(chosen.space, settings={"seed": chosen.seed, **_scaled(chosen)}, fresh=0)
    curves = []
    for one in found(studio.space, population=chosen.networks, seed=chosen.seed):
        kept = chosen.keep and chosen.keep / f"{chosen.space}-{chosen.budget:g}-{chosen.seed}-{one.id}.json"
        curve = _kept(kept) if kept and kept.exists() else _curve(studio, one)
        if kept and curve:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(asdict(curve)))
        curves += [curve] if curve else []
    told = f"{chosen.space}: {studio.settings.seconds:g} s each at most, {chosen.budget:g} of the space's own"
    print(f"{told}; {chosen.networks - len(curves)} failed\n{table(HEADS, rows(chosen.space, curves))}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="quick.yaml", help="a shipped space")
    parser.add_argument("--networks", type=int, default=12, help="founders that are trained (default: 12)")
    parser.add_argument("--budget", type=float, default=1.0, help="share of the space's seconds (default: 1)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder that remembers what was found")
    return parser


def _scaled(chosen: argparse.Namespace) -> dict[str, object]:
    """The setting that gives each network its part of the space's seconds."""
    if chosen.budget == 1:
        return {}
    own = parse_space((SPACES / chosen.space).read_text(), chosen.space, GENES).settings
    seconds = next((value for name, value, _ in own if name == "seconds"), 600.0)
    return {"seconds": float(str(seconds)) * chosen.budget}


def _kept(path: Path) -> LossCurve:
    return LossCurve.from_json(json.loads(path.read_text()))


def _curve(studio: Studio, individual: Individual) -> LossCurve | None:
    """One network's training; None where it fails."""
    from evolve.domains.music.trial import built  # noqa: PLC0415 - Keras, which --help can do without
    from evolve.network.process_memory import nothing_left_behind  # noqa: PLC0415
    from evolve.network.train import TrainingFailed, train  # noqa: PLC0415

    material, genome = studio.material, individual.genome
    tokenizer = material.tokenizer(genome.as_dict())
    pieces, ends = material.encoded.pieces[tokenizer.name], list[float]()
    with suppress(TrainingFailed), nothing_left_behind():
        model, settings = built(individual, material, tokenizer)
        began = time.process_time()
        history = train(
            model, pieces.training, pieces.held_out, settings, lambda _: ends.append(time.process_time() - began),
            clock=time.process_time, diet=material.diet(genome),
        )  # fmt: skip
        losses = np.minimum.accumulate([epoch.validation_loss for epoch in history.epochs]).tolist()
        budget_s, first_step_s = settings.seconds_in_all(history.first_step_s), history.first_step_s
        return LossCurve(tuple(ends), tuple(losses), budget_s, settings.most_epochs, first_step_s)
    return None


def rows(space: str, curves: Sequence[LossCurve]) -> list[list[str]]:
    """A line for each part of the budget."""
    whole = np.array([one.losses[-1] for one in curves])
    in_all = np.array([one.ends[-1] for one in curves])
    places = np.argsort(np.argsort(whole, kind="stable")) / max(1, len(curves) - 1)
    lines = []
    for part in PARTS:
        rungs = [one.rung(part) for one in curves]
        early = np.array([one.losses[rung] for one, rung in zip(curves, rungs, strict=True)])
        until = np.array([one.ends[rung] for one, rung in zip(curves, rungs, strict=True)])
        go_on = np.argsort(early, kind="stable")[: max(1, round(len(curves) / part))]
        tau, (low, high) = float(kendalltau(early, whole).statistic), _interval(early, whole)
        again = np.array([one.first_step_s for one in curves])
        wait = (until.sum() + (in_all - until + again)[go_on].sum()) / in_all.sum()
        lines.append(
            [space, str(len(curves)), f"1/{part}", f"{tau:.2f}", f"{low:.2f}–{high:.2f}",
             f"{(until / in_all).mean():.2f}", f"{places[go_on].mean():.2f}", f"{places.mean():.2f}", f"{wait:.2f}"]
        )  # fmt: skip
    return lines


def _interval(early: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    draws = rng.integers(len(early), size=(BOOTSTRAPS, len(early)))
    low, high = np.nanpercentile([kendalltau(early[draw], whole[draw]).statistic for draw in draws], [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    main()
