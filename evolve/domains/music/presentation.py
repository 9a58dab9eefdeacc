"""How songs are told of, from their facts alone: light, for reports and terminals."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.words import is_stuck, minutes, one_line, percent
from evolve.domains.music.instruments import SEMITONES
from evolve.domains.music.run_lines import run_lines
from evolve.errors import EvolveError
from evolve.presentation import (
    UNKNOWN,
    Badge,
    Column,
    Facts,
    Figure,
    Metric,
    Presentation,
    Rendering,
    ScreeningRule,
    Usual,
    number,
    numbers,
    plain_description,
)
from evolve.words import counted, worded

FEATURES: Final[Mapping[str, tuple[str, str]]] = {
    "notes": ("longer songs", "shorter songs"),
    "distinct_pitches": ("more pitches", "fewer pitches"),
    "pitch_class_entropy_bits": ("pitches used more evenly", "pitches used less evenly"),
    "scale_consistency": ("keeps more to a scale", "keeps less to a scale"),
    "repeated_notes": ("more repeated notes", "fewer repeated notes"),
    "repetition": ("more loops", "fewer loops"),
    "polyphony": ("more notes at a time", "fewer notes at a time"),
    "notes_per_beat": ("more notes a beat", "fewer notes a beat"),
    "lowest": ("reaches less far down", "reaches further down"),
    "highest": ("reaches further up", "reaches less far up"),
    "distance": ("less like the corpus", "more like the corpus"),
}
"""The numbers by which networks are told apart, and how songs with more and with less of each are described."""

_PITCH = re.compile(r"([A-G])(♯?)(-?\d+)")
_LARGEST = 1e9
"""No number of a song is larger; a damaged store may say anything."""


def _joined(name: str, form: Callable[[list[float]], str]) -> Callable[[Sequence[Facts]], str]:
    """What a column says of the songs that have a number."""
    return lambda songs: form(values) if (values := numbers(songs, name)) else UNKNOWN


def _whole_range(songs: Sequence[Facts]) -> str:
    """From the lowest of all to the highest of all: ``C2–A5`` of ``C2–E4`` and ``D3–A5``."""
    ranges = [str(facts["range"]) for facts in songs if "range" in facts]
    names = [match for text in ranges for match in _PITCH.finditer(text)]
    if not names:
        return ranges[0] if ranges else UNKNOWN
    by_height = sorted(names, key=lambda name: SEMITONES[name[1]] + len(name[2]) + 12 * int(name[3]))
    return f"{by_height[0][0]}–{by_height[-1][0]}"


def _stuck(songs: Sequence[Facts]) -> str:
    stuck = sum(map(is_stuck, songs))
    return f"stuck {stuck}" if stuck else ""


_repeats = _joined("repetition", lambda values: percent(fmean(values)))

COLUMNS: Final = (
    Column("notes", _joined("notes", lambda values: f"{fmean(values):.0f}"), 5),
    Column("length", _joined("seconds", lambda values: minutes(fmean(values))), 6),
    Column("range", _whole_range, 9, align_at="–"),
    Column(
        "repeats",
        lambda songs: _stuck(songs) or _repeats(songs),
        7,
        "how much of the songs goes in circles; stuck 2: two songs do nothing else",
    ),
    Column(
        "copied",
        _joined("copied_notes", lambda values: f"{max(values):.0f}"),
        6,
        "notes of the longest passage that the corpus has too",
    ),
    Column(
        "ends",
        _joined("ended", lambda values: f"{sum(values):.0f}/{len(values)}"),
        5,
        "how many songs ended by themselves",
    ),
    Column(
        "unlike",
        _joined("distance", lambda values: f"{fmean(values):.1f}"),
        6,
        "how far from the corpus; its own pieces are at about 1",
    ),
)

METRICS: Final = (
    Metric(
        "validation_loss",
        "validation loss",
        "bits a note",
        "bits/note",
        lower_is_better=True,
        brief="bits",
        help="the validation loss in bits a note, of whole held-out pieces; less is better",
    ),
    Metric("epochs", "epochs", digits=0),
    Metric("training_s", "training time", "s", "time"),
)


def _mean_of(name: str) -> Callable[[Facts, Sequence[Facts]], float | None]:
    return lambda _, songs: fmean(values) if (values := numbers(songs, name)) else None


SCREENING: Final = {
    "validation_loss": ScreeningRule(
        "the {heard:,} with the lowest validation loss {are} heard",
        lambda metrics, _: number(metrics, "validation_loss"),
    ),
    "distance": ScreeningRule(
        "the {heard:,} whose songs are least unlike the corpus {are} heard", _mean_of("distance")
    ),
    "stuck": ScreeningRule(
        "the {heard:,} with the fewest stuck songs {are} heard",
        lambda _, songs: fmean(map(is_stuck, songs)) if songs else None,
    ),
    "copied_notes": ScreeningRule(
        "the {heard:,} with the shortest copied passages {are} heard", _mean_of("copied_notes")
    ),
}


def _endings(songs: Sequence[Facts]) -> str:
    endings = numbers(songs, "ended")
    end = f"{counted(len(endings), 'song')} {worded(len(endings), 'ends', 'end')}"
    return f"{sum(endings):.0f} of {end}" if endings else ""


def _how_many_are_stuck(songs: Sequence[Facts]) -> str:
    stuck = sum(map(is_stuck, songs))
    return f"{stuck} stuck" if stuck else ""


def _unlike(songs: Sequence[Facts]) -> str:
    distances = numbers(songs, "distance")
    return f"unlike {fmean(distances):.1f}" if distances else ""


BADGES: Final = (
    Badge(_endings),
    Badge(_how_many_are_stuck),
    Badge(_unlike, "unlike: how far the songs are from the corpus; its own pieces are at about 1"),
)


def _set_figures(metrics: Facts) -> Facts:
    figures = metrics.get("set_figures")
    return figures if isinstance(figures, Mapping) else {}


def _share(name: str) -> Callable[[Facts], str]:
    return lambda metrics: "" if (share := number(_set_figures(metrics), name)) is None else percent(share)


def _middle_half(metrics: Facts) -> str:
    low, high = (number(_set_figures(metrics), f"notes_{end}_quartile") for end in ("lower", "upper"))
    return "" if low is None or high is None else f"{low:,.0f}–{high:,.0f}"


def _passage(metrics: Facts) -> str:
    bars = number(_set_figures(metrics), "returning_bars")
    return "" if bars is None else counted(round(bars, 1), "bar")


def _overlap(metrics: Facts) -> str:
    areas = metrics.get("overlap_areas")
    told = [area for name in areas if (area := number(areas, name)) is not None] if isinstance(areas, Mapping) else []
    return f"{fmean(told):.2f}" if told else ""


FIGURES: Final = (
    Figure("notes", "{} notes", _middle_half, "how long the middle half of them is, opening included"),
    Figure("end", "{} end by themselves", _share("ended"), "songs that ended by themselves"),
    Figure("on a beat", "{} of notes on a beat", _share("on_beat"), "notes that start on one"),
    Figure("bars begun", "{} of bars begin with a note", _share("bars_begun"), "bars with a note on the first beat"),
    Figure("across bars", "{} of notes across a bar line", _share("across_bars"), "notes that sound across a bar line"),
    Figure(
        "comes back",
        "longest passage that comes back {}",
        _passage,
        "the longest passage of a song that does, the median",
    ),
    Figure("overlap", "overlap with the corpus {}", _overlap, "1: songs lie among its pieces as among each other"),
)


def usual(facts: Facts) -> Usual:
    """The pieces that were learned from."""
    corpus = facts.get("corpus") or {}
    metre = corpus.get("set_metre")
    return Usual("corpus", corpus, f"in {metre}" if metre else "")


def describe(facts: Facts) -> str:
    """``500 notes, cut off · 3:12 · C2–A5 · repeats 12 % · nothing copied``; other facts are told by their names."""
    try:
        return one_line(facts) or plain_description(facts)
    except (TypeError, ValueError):
        return plain_description(facts)


def features(_: Sequence[Facts], metrics: Facts) -> Sequence[Mapping[str, float]]:
    """Of each of the forty songs that a network composed, those of the `FEATURES` that it has."""
    told = metrics.get("silent_songs")
    table = told if isinstance(told, Mapping) else {}
    columns = {name: table[name] for name in FEATURES if isinstance(table.get(name), list)}
    songs = max(map(len, columns.values()), default=0)
    return [
        {name: float(told[song]) for name, told in columns.items() if song < len(told) and _is_known(told[song])}
        for song in range(songs)
    ]


def _is_known(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < _LARGEST


def presented(metrics: Facts) -> Sequence[int]:
    """The numbers of the songs that are heard, among the forty."""
    heard = metrics.get("songs_heard")
    return [number for number in heard if isinstance(number, int)] if isinstance(heard, list) else []


def preview(files: Mapping[str, Path], facts: Facts, columns: int, rows: int) -> str | None:
    """The piano roll of a song's MIDI file, in ANSI colours; None without one."""
    # Reading and drawing music takes its libraries a moment to load.
    from evolve.domains.music.midi import read_midi  # noqa: PLC0415
    from evolve.domains.music.text_roll import piano_roll_text  # noqa: PLC0415

    midi, opening = files.get("midi"), facts.get("opening_ticks")
    if midi is None:
        return None
    try:
        song = read_midi(midi.read_bytes(), midi.name)
    except (EvolveError, OSError) as error:
        raise CorpusError(f"{midi.name} cannot be drawn: {error}") from error
    given = opening if isinstance(opening, int) else 0
    return piano_roll_text(song, width=columns, height=rows, opening_ticks=given, color=True)


def score_svg(files: Mapping[str, Path]) -> bytes:
    """The printed score of a song's MIDI file as one SVG picture, all pages below each other.

    Raises:
        CorpusError: It has no such file, or one that cannot be printed.
    """
    # Hardly a song is printed, and the engraver takes its time to start.
    from evolve.domains.music.midi import read_midi  # noqa: PLC0415
    from evolve.domains.music.score.engraving import engrave  # noqa: PLC0415
    from evolve.domains.music.score.musicxml import musicxml  # noqa: PLC0415

    midi = files.get("midi")
    if midi is None:
        raise CorpusError("its MIDI file is lost, so no score can be printed of it")
    try:
        song = read_midi(midi.read_bytes(), midi.stem.replace("-", " ").capitalize())
        return engrave(musicxml(song)).encode()
    except (EvolveError, OSError) as error:
        raise CorpusError(f"no score can be printed of {midi.name}: {error}") from error


PRESENTATION: Final = Presentation(
    sample_word="song",
    maker_word="network",
    work="training and composing",
    columns=COLUMNS,
    metrics=METRICS,
    screening=SCREENING,
    badges=BADGES,
    figures=FIGURES,
    feature_words=FEATURES,
    flags=("stuck",),
    libraries=("tensorflow", "keras", "keras-tuner", "music21", "symusic"),
    gene_names={
        "batch_size": "batch",
        "learning_rate": "rate",
        "dense_width": "dense",
        "embedding_width": "embedding",
        "repetition_guard": "guard",
    },
    gene_phrases=(
        (("cell", "depth", "width"), "{cell} {depth}×{width}"),
        (("depth", "width"), "{depth}×{width}"),
        (("encoding", "embedding_width"), "{encoding} {embedding_width}"),
    ),
    media={"audio": "audio/ogg", "midi": "audio/midi", "roll": "image/svg+xml"},
    kept_kind="midi",
    more_command="evolve compose",
    describe=describe,
    features=features,
    presented=presented,
    usual=usual,
    run_lines=run_lines,
    preview_word="roll",
    preview=preview,
    renderings={"score": Rendering("score", "image/svg+xml", score_svg)},
)
