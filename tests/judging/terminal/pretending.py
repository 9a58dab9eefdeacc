"""Candidates to judge without a run, and a judge to start in a pseudo-terminal.

``python -m tests.judging.terminal.pretending STEPS COUNT`` judges so many candidates, keeps the steps in a file, and
prints the ballot at the end.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evolve.domains.music.presentation import PRESENTATION
from evolve.judging.presenting import letter_name
from evolve.judging.terminal.judge import judge
from evolve.records.ballot import Candidate, CandidateSample, Fact

FACTS: dict[str, Fact] = {
    "notes": 500,
    "seconds": 191.6,
    "range": "C2–A♯5",
    "distinct_pitches": 40,
    "repetition": 0.125,
    "longest_loop_notes": 24,
    "loop_period_notes": 8,
    "copied_notes": 9,
    "copied_from": "bwv66.6",
    "stuck": "",
    "ended": True,
    "distance": 1.24,
}


def candidates(count: int, *, songs: int = 2, folder: Path = Path("/run/listening")) -> tuple[Candidate, ...]:
    """Candidates A, B, … whose ids are in another order than their letters."""
    return tuple(
        Candidate(
            letter_name(place),
            f"g7-{count - place}",
            tuple(_song(letter_name(place), index, folder) for index in range(1, songs + 1)),
        )
        for place in range(count)
    )


class MoreSongs:
    """Gives a candidate one more song each time, until it has so many."""

    def __init__(self, cast: Sequence[Candidate], most: int = 3) -> None:
        self._cast, self._most = {each.id: each for each in cast}, most

    def __call__(self, name: str) -> Candidate | None:
        """See `ListeningSession.more`."""
        now = self._cast[name]
        if len(now.samples) == self._most:
            return None
        another = _song(now.letter, len(now.samples) + 1, now.samples[0].files["audio"].parent)
        self._cast[name] = replace(now, samples=(*now.samples, another))
        return self._cast[name]


def _song(letter: str, index: int, folder: Path) -> CandidateSample:
    name = f"{letter}-song-{index}"
    files = {"audio": folder / f"{name}.ogg", "midi": folder / f"{name}.mid"}
    return CandidateSample(index, files, {**FACTS, "seconds": 100.0 + index})


def main(arguments: Sequence[str]) -> None:
    """Judges, and tells on the last line how it ended."""
    kept = Path(arguments[0])
    steps = json.loads(kept.read_text()) if kept.exists() else []
    cast = candidates(int(arguments[1]))
    try:
        made = judge(
            cast,
            steps,
            PRESENTATION,
            save=lambda now: _write(kept, now),
            generation=7,
            listener="anna",
            more=MoreSongs(cast),
        )
    except KeyboardInterrupt:
        sys.stdout.write("THE END: interrupted\n")
    else:
        sys.stdout.write(f"THE END: {made}\n")


def _write(path: Path, steps: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(steps))


if __name__ == "__main__":
    main(sys.argv[1:])
