"""What can be said of a song that a network composed: its facts, flat, ready for the store and for JSON."""

from evolve.music.facts.copies import CopyIndex
from evolve.music.facts.corpus_figures import CorpusFigures, distance
from evolve.music.facts.figures import Figures, figures_of, notes_from
from evolve.music.pitch_names import pitch_name
from evolve.music.representation.steps import fold
from evolve.music.reshaping import transposed
from evolve.music.song import Song, Track

Facts = dict[str, str | int | float | bool]


def describe(
    song: Song,
    *,
    opening_ticks: int,
    copies: CopyIndex | None,
    corpus: CorpusFigures | None,
    transposed_by: int = 0,
    ended: bool | None = None,
) -> Facts:
    """Facts about what a network composed after the opening: of the notes that start at ``opening_ticks`` or later.

    Args:
        song: As it is heard, the opening first.
        opening_ticks: How much of it was given, not composed.
        copies: What copies are looked for in; None where the corpus is not at hand.
        corpus: What is usual in the corpus; None where that is not known.
        transposed_by: Semitones that the key of `copies` and `corpus` lies above the song's.
        ended: Whether the network ended the song; False: it was cut off at the most notes; None: not known.

    Returns:
        ``notes``, ``seconds``, ``distinct_pitches``, ``pitch_class_entropy_bits``, ``scale_consistency``,
        ``repeated_notes``, ``repetition``, ``longest_loop_notes``, ``loop_period_notes``, ``polyphony``,
        ``notes_per_beat``, ``stuck``: as in `Figures`.
        ``range``: lowest and highest pitch, such as ``C2–A5`` (middle C is C4); ``silent`` without any.
        ``copied_notes``: longest run of steps, as `fold` has them, that a training piece has too, in the common key.
        ``copied_from``: that piece's name, empty without any. Both are missing without `copies`.
        ``distance``: how unlike the corpus it is, in spreads of its pieces, 0 .. 5, as `distance` tells it.
        ``distance_<figure>``: how many spreads each figure lies above the corpus's middle, negative: below.
        ``farthest``: the figure that is farthest, empty for silence. All three are missing without `corpus`, and
        the figures for silence.
        ``ended``: as given; missing where it is not known.
        ``opening_ticks``: as given, 24 to a quarter note.
    """
    figures = figures_of(song, opening_ticks=opening_ticks)
    return {
        **_figures(figures),
        **({} if copies is None else _copied(song, opening_ticks, copies, transposed_by)),
        **({} if corpus is None else _distances(corpus.deviations(figures, transposed_by=transposed_by))),
        **({} if ended is None else {"ended": ended}),
        "opening_ticks": opening_ticks,
    }


def _figures(figures: Figures) -> Facts:
    return {
        "notes": figures.notes,
        "seconds": round(figures.seconds, 1),
        "range": _range(figures),
        "distinct_pitches": figures.distinct_pitches,
        "pitch_class_entropy_bits": round(figures.pitch_class_entropy_bits, 3),
        "scale_consistency": round(figures.scale_consistency, 3),
        "repeated_notes": round(figures.repeated_notes, 3),
        "repetition": round(figures.repetition, 3),
        "longest_loop_notes": figures.longest_loop_notes,
        "loop_period_notes": figures.loop_period_notes,
        "polyphony": round(figures.polyphony, 2),
        "notes_per_beat": round(figures.notes_per_beat, 2),
        "stuck": figures.stuck,
    }


def _range(figures: Figures) -> str:
    if figures.lowest is None or figures.highest is None:
        return "silent"
    return f"{pitch_name(figures.lowest)}–{pitch_name(figures.highest)}"


def _copied(song: Song, opening_ticks: int, copies: CopyIndex, transposed_by: int) -> Facts:
    composed = Song((Track(notes_from(song, opening_ticks)),), song.tempo_bpm)
    copied, source = copies.longest_copy(fold(transposed(composed, transposed_by)))
    return {"copied_notes": copied, "copied_from": source}


def _distances(deviations: dict[str, float]) -> Facts:
    return {
        "distance": round(distance(deviations.values()), 2),
        **{f"distance_{name}": round(deviation, 2) for name, deviation in deviations.items()},
        "farthest": max(deviations, key=lambda name: abs(deviations[name]), default=""),
    }
