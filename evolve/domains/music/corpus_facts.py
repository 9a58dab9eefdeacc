"""What can be said of a corpus before anything learns from it: the facts of `evolve corpus check`."""

from collections import Counter
from dataclasses import asdict
from statistics import median
from typing import Any

from evolve.domains.music.bars import changes_metre, share_with_bars
from evolve.domains.music.corpus import Corpus
from evolve.domains.music.encoded import EncodedCorpus, encode_corpus
from evolve.domains.music.holding_out import split_pieces
from evolve.domains.music.instruments import pitch_name
from evolve.domains.music.song import TICKS_PER_BEAT
from evolve.domains.music.tokenizers import notes
from evolve.domains.music.tokenizers.kinds import KINDS
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings


def files_facts(corpus: Corpus) -> dict[str, Any]:
    """What was read of each file of a corpus, whether or not it is enough to learn from, as `json.dumps` takes it.

    Returns:
        ``names``: as in the corpus.
        ``licences``: ``{"source", "origin", "terms", "notices"}`` of each source, as `Licence` has them.
        ``files``: ``{"name", "pieces", "notes", "doubts"}`` of each file of which something can be used: all notes as
        they are written, and what the reader could not be sure of.
        ``skipped``: ``{"name", "reason"}`` of each file, or piece of a collection, that cannot be used.
    """
    return {
        "names": list(corpus.names),
        "licences": [licence.to_json() for licence in corpus.licences],
        "files": [asdict(file) | {"doubts": list(file.doubts)} for file in corpus.files],
        "skipped": [asdict(skipped) for skipped in corpus.skipped],
    }


def corpus_facts(corpus: Corpus) -> dict[str, Any]:
    """Facts about a corpus as a run with seed 0 and usual settings would learn it, as `json.dumps` takes them.

    Returns:
        ``names``, ``fingerprint``, ``tempo_bpm``: as in the corpus.
        ``pieces``: how many; ``shortest_piece``, ``median_piece``, ``longest_piece``: their steps.
        ``steps``: notes, chords and rests together; ``notes``, ``chords``, ``rests``: of each.
        ``lowest``, ``highest``: pitches by name, in the common key; ``range`` both in one, ``C2–A5``.
        ``distinct_chords``: different chords and notes as they were written, all pieces in the common key.
        ``vocabulary``: tokens of each attribute, by tokenizer.
        ``replaced_share``: share of all steps, 0 .. 1, whose chord ``notes`` replaces by a more frequent one.
        ``tracks``: ``{"name", "program", "notes"}`` of each track as it is learned; program as in General MIDI.
        ``metres``: ``{"metre", "pieces"}`` of each, the most frequent first.
        ``metre_changes``: how many pieces have bars of more than one metre.
        ``with_bars``: how many pieces are not played freely, without bars; ``has_bars``: whether enough of them are.
        ``durations``: ``{"ticks", "beats", "steps"}`` of each duration, ascending.
        ``transposed``: ``{"semitones", "pieces"}`` of each interval by which pieces were moved.
        ``training``, ``held_out``: ``{"pieces", "steps"}`` of either part.
        ``groups``: ``{"name", "pieces", "notes", "held_out"}`` of each group of pieces, the largest first: its notes,
        chords and rests, and how many of its pieces are held out; a single one, ``all``, where none are told apart.
        ``grouped_by``: what the groups come from: of ``folder``, ``kind of tune``, ``mode`` and ``source`` those that
        do; empty where there is a single one.
        ``licences``, ``files``, ``skipped``: as in `files_facts`.

    Raises:
        CorpusError: If there is too little to learn from one part and measure on another.
    """
    encoded = _encoded(corpus)
    steps = [step for piece in corpus.pieces for step in piece.steps]
    lengths = [len(piece.steps) for piece in corpus.pieces]
    pitches = [pitch for step in steps for pitch in step.pitches]
    lowest, highest = pitch_name(min(pitches)), pitch_name(max(pitches))
    sizes = Counter(min(len(step.pitches), 2) for step in steps)
    durations = Counter(step.duration_ticks for step in steps)
    intervals = Counter(piece.transposed_by for piece in corpus.pieces)
    metres = Counter(piece.song.metre for piece in corpus.pieces)
    with_bars = share_with_bars([piece.song for piece in corpus.pieces])
    return {
        **files_facts(corpus),
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
        "vocabulary": {kind: one.tokenizer.sizes for kind, one in encoded.pieces.items()},
        "replaced_share": round(encoded.pieces[notes.NAME].replaced_share, 4),
        "tracks": _tracks(corpus, encoded),
        "metres": [{"metre": str(metre), "pieces": count} for metre, count in metres.most_common()],
        "metre_changes": sum(changes_metre(piece.song) for piece in corpus.pieces),
        "with_bars": round(with_bars * len(lengths)),
        "has_bars": any(one.tokenizer.context for one in encoded.pieces.values()),
        "durations": [
            {"ticks": ticks, "beats": round(ticks / TICKS_PER_BEAT, 3), "steps": count}
            for ticks, count in sorted(durations.items())
        ],
        "transposed": [{"semitones": semitones, "pieces": count} for semitones, count in sorted(intervals.items())],
        "training": {"pieces": len(encoded.training_names), "steps": encoded.training_notes},
        "held_out": {"pieces": len(encoded.held_out_names), "steps": encoded.held_out_notes},
        "groups": [asdict(group) | {"held_out": encoded.held_out_groups.count(group.name)} for group in corpus.groups],
        "grouped_by": list(corpus.grouped_by),
    }


def _tracks(corpus: Corpus, encoded: EncodedCorpus) -> list[dict[str, Any]]:
    counts = [
        sum(len(track.notes) for track in own) for own in zip(*(p.song.tracks for p in corpus.pieces), strict=True)
    ]
    return [
        {"name": part.name, "program": part.program, "notes": count}
        for part, count in zip(encoded.parts, counts, strict=True)
    ]


def _encoded(corpus: Corpus) -> EncodedCorpus:
    training, held_out = split_pieces(corpus.pieces, seed=0)
    return encode_corpus(
        training,
        held_out,
        kinds=KINDS,
        settings=TokenizerSettings(),
        names=corpus.names,
        fingerprint=corpus.fingerprint,
    )
