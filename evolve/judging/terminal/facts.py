"""What a row says of a candidate: its songs' facts, in columns and in lines."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from evolve.judging.ballot import Candidate, CandidateSong, Fact
from evolve.music.facts.words import is_stuck, minutes, one_line, percent
from evolve.music.pitch_names import SEMITONES

HEADINGS = ("notes", "length", "range", "repeats", "copied", "ends", "unlike")
"""Of the columns of `summary`."""

_PITCH = re.compile(r"([A-G])(♯?)(-?\d+)")


def summary(candidate: Candidate) -> tuple[str, ...]:
    """All songs of a candidate in one row: one text for each of `HEADINGS`.

    Notes, length, repetition and distance from the corpus are means, the range is that of all songs together, and
    copied is the longest passage of any. Where songs are stuck, their number stands in place of the repetition. Ends
    tells how many songs the network ended by itself, of how many. A fact that no song has is a dash.
    """
    facts = [song.facts for song in candidate.songs]
    return (
        _joined(_numbers(facts, "notes"), lambda values: f"{fmean(values):.0f}"),
        _joined(_numbers(facts, "seconds"), lambda values: minutes(fmean(values))),
        _whole_range([str(fact["range"]) for fact in facts if "range" in fact]),
        _stuck(facts) or _joined(_numbers(facts, "repetition"), lambda values: percent(fmean(values))),
        _joined(_numbers(facts, "copied_notes"), lambda values: f"{max(values):.0f}"),
        _joined(_numbers(facts, "ended"), lambda values: f"{sum(values):.0f}/{len(values)}"),
        _joined(_numbers(facts, "distance"), lambda values: f"{fmean(values):.1f}"),
    )


def song_line(song: CandidateSong) -> str:
    """One song's facts in a line, such as ``500 notes · 3:12 · C2–A5 · repeats 12 % · nothing copied``."""
    try:
        line = one_line(song.facts)
    except (TypeError, ValueError):
        line = ""
    return line or " · ".join(f"{name.replace('_', ' ')} {fact}" for name, fact in song.facts.items())


def song_file(song: CandidateSong) -> str:
    """The file to listen to: the audio, or else whatever there is of the song; empty without any file.

    Told from the working directory where the file lies beneath it, so that it can be read whole and typed.
    """
    path = song.files.get("audio") or song.files.get("midi") or next(iter(song.files.values()), None)
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _numbers(facts: Sequence[Mapping[str, Fact]], name: str) -> list[float]:
    values = (fact.get(name) for fact in facts)
    return [float(value) for value in values if isinstance(value, int | float)]


def _stuck(facts: Sequence[Mapping[str, Fact]]) -> str:
    stuck = sum(map(is_stuck, facts))
    return f"stuck {stuck}" if stuck else ""


def _joined(values: list[float], form: Callable[[list[float]], str]) -> str:
    return form(values) if values else "–"


def _whole_range(ranges: Sequence[str]) -> str:
    """From the lowest of all to the highest of all: ``C2–A5`` of ``C2–E4`` and ``D3–A5``."""
    names = [match for text in ranges for match in _PITCH.finditer(text)]
    if not names:
        return ranges[0] if ranges else "–"
    by_height = sorted(names, key=lambda name: SEMITONES[name[1]] + len(name[2]) + 12 * int(name[3]))
    return f"{by_height[0][0]}–{by_height[-1][0]}"
