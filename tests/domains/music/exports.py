"""An exported network for tests that never run it: made-up tunes, a real card and vocabulary."""

import json
from pathlib import Path
from typing import Any

from evolve.domains.music.export import CARD, NETWORK, VOCABULARY
from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.holding_out import split_pieces
from evolve.domains.music.material import opening_facts
from evolve.domains.music.opening import choose_opening
from evolve.domains.music.settings import MusicSettings
from tests.domains.music.pieces import corpus_of, encoded_of


def write_example(folder: Path, kind: str = "notes") -> None:
    """Write a folder that `read_export` takes.

    Args:
        folder: Where to; made when it is not there.
        kind: What the tokens are.
    """
    card, vocabulary = example(kind)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    (folder / VOCABULARY).write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / NETWORK).write_bytes(b"a network")


def example(kind: str = "notes") -> tuple[dict[str, Any], dict[str, Any]]:
    """Card and vocabulary."""
    corpus = corpus_of([60] * 6)
    encoded = encoded_of(corpus, kinds=(kind,))
    _, held_out = split_pieces(corpus.pieces, seed=0)
    settings = MusicSettings()
    card = {
        "format": 2,
        "run": "night",
        "individual": "g0-1",
        "genome": {"tokenizer": kind, "diet": {"jig": 0.62, "reel": 0.38}, "budget": 0.4, "temperature": 0.8},
        "metrics": {},
        "corpus": ["tunes"],
        "opening_notes": 50,
        "tracks": settings.tracks,
        "notes": settings.notes,
        "seed": 0,
        "temperature": 0.8,
        "top_p": settings.top_p,
        "repetition_guard": settings.repetition_guard,
        "parts": [[part.name, part.program] for part in encoded.parts],
        "beginnings": [[[one.metre.beats, one.metre.unit], one.share, one.tempo_bpm] for one in encoded.beginnings],
        "figures": CorpusFigures.of(piece.song for piece in corpus.pieces).to_json(),
        "opening": opening_facts(choose_opening(held_out, seed=0, notes=50)),
        "versions": {},
    }
    return card, encoded.pieces[kind].tokenizer.to_json()
