"""What a report says of what a run of music works from."""

from collections.abc import Mapping, Sequence
from typing import Any

from evolve.domains.music.licences import licences_in_words
from evolve.domains.music.sound.soundfonts import OWN_INSTRUMENTS, SHOWN_DIGITS
from evolve.presentation import Facts
from evolve.words import counted, listed


def run_lines(facts: Facts, settings: Facts) -> Mapping[str, Sequence[str]]:
    """The corpus and its licences, the opening, who plays, and how many songs of how many notes."""
    songs = [counted(int(settings["songs"]), "song")] if settings.get("songs") else []
    if songs and settings.get("notes"):
        songs = [f"{songs[0]} of {counted(int(settings['notes']), 'note')}"]
    return {
        "corpus": _corpus(facts.get("corpus") or {}),
        "licence": licences_in_words((facts.get("corpus") or {}).get("licences") or ()),
        "opening": _opening(facts.get("opening") or {}),
        "sound": _sound(facts.get("sound") or {}),
        "settings": songs,
    }


def _corpus(corpus: Mapping[str, Any]) -> list[str]:
    if not corpus:
        return []
    counts = [counted(int(corpus[key]), key[:-1]) for key in ("pieces", "notes") if corpus.get(key)]
    skipped = [f"{counted(len(corpus['skipped']), 'file')} skipped"] if corpus.get("skipped") else []
    return [listed([str(name) for name in corpus.get("names", ())]) or "unnamed", *counts, *skipped]


def _opening(opening: Mapping[str, Any]) -> list[str]:
    if not opening:
        return []
    notes = [counted(int(opening["notes"]), "note")] if opening.get("notes") else []
    notice = [str(opening["notice"])] if opening.get("notice") else []
    return [str(opening.get("source", "unknown")), *notes, *notice]


def _sound(sound: Mapping[str, Any]) -> list[str]:
    if "soundfont" not in sound:
        return []
    font = sound["soundfont"]
    return [OWN_INSTRUMENTS] if font is None else [str(font["name"]), f"SHA-256 {str(font['sha256'])[:SHOWN_DIGITS]}"]
