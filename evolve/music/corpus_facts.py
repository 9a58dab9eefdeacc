"""What can be said of a corpus before anything learns from it: the facts of `evolve corpus check`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from evolve.music.corpus import Corpus
from evolve.music.encoded import EncodedCorpus
from evolve.music.pitch_names import pitch_name
from evolve.music.representation.vocabulary import Streams
from evolve.music.song import TICKS_PER_BEAT


def corpus_facts(corpus: Corpus, encoded: EncodedCorpus) -> dict[str, Any]:
    """Facts about a corpus, in plain lists, dictionaries and numbers that `json.dumps` takes.

    Returns:
        ``names``, ``fingerprint``, ``tempo_bpm``: as in the corpus.
        ``pieces``: how many; ``shortest_piece``, ``median_piece``, ``longest_piece``: their steps.
        ``steps``: notes, chords and rests together; ``notes``, ``chords``, ``rests``: of each.
        ``lowest``, ``highest``: pitches by name, in the common key; ``range`` both in one, ``C2–A5``.
        ``distinct_chords``: different chords and notes as they were written, all pieces in the common key.
        ``vocabulary``: symbols of each attribute.
        ``replaced_share``: share of all steps, 0 .. 1, whose chord is replaced by a more frequent one.
        ``durations``: ``{"ticks", "beats", "steps"}`` of each duration, ascending.
        ``transposed``: ``{"semitones", "pieces"}`` of each interval by which pieces were moved.
        ``training``, ``held_out``: ``{"pieces", "steps"}`` of either part.
        ``skipped``: ``{"name", "reason"}`` of each file that cannot be used.
    """
    steps = [step for piece in corpus.pieces for step in piece.steps]
    lengths = [len(piece.steps) for piece in corpus.pieces]
    pitches = [pitch for step in steps for pitch in step.pitches]
    lowest, highest = pitch_name(min(pitches)), pitch_name(max(pitches))
    sizes = Counter(min(len(step.pitches), 2) for step in steps)
    durations = Counter(step.duration_ticks for step in steps)
    intervals = Counter(piece.transposed_by for piece in corpus.pieces)
    return {
        "names": list(corpus.names),
        "fingerprint": corpus.fingerprint,
        "tempo_bpm": corpus.tempo_bpm,
        "pieces": len(lengths),
        "shortest_piece": min(lengths),
        "median_piece": int(median(lengths)),
        "longest_piece": max(lengths),
        "steps": len(steps),
        "notes": sizes[1],
        "chords": sizes[2],
        "rests": sizes[0],
        "lowest": lowest,
        "highest": highest,
        "range": f"{lowest}–{highest}",
        "distinct_chords": len({step.pitches for step in steps if step.pitches}),
        "vocabulary": encoded.vocabulary.sizes,
        "replaced_share": round(encoded.replaced_share, 4),
        "durations": [
            {"ticks": ticks, "beats": round(ticks / TICKS_PER_BEAT, 3), "steps": count}
            for ticks, count in sorted(durations.items())
        ],
        "transposed": [{"semitones": semitones, "pieces": count} for semitones, count in sorted(intervals.items())],
        "training": _part(encoded.training),
        "held_out": _part(encoded.held_out),
        "skipped": [asdict(skipped) for skipped in corpus.skipped],
    }


def _part(pieces: Sequence[Streams]) -> dict[str, int]:
    return {"pieces": len(pieces), "steps": sum(len(piece["pitch"]) for piece in pieces)}
