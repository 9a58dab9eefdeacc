"""What was read of a file, remembered by the file's content; losing any of it only costs time."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import platformdirs

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.plain import song_from_json, song_to_json
from evolve.domains.music.reading import Reading, read_content, read_file
from evolve.domains.music.song import Refused

FOLDER_VARIABLE: Final = "EVOLVE_CACHE"
"""The environment variable that names another cache folder."""

READER_VERSION: Final = 12
"""To be raised whenever the same file would be read differently."""

Outcome = tuple[Reading | Refused, ...] | str
"""The pieces of a file, or the reason why it has none that can be used."""


def recall_file(path: Path) -> Outcome | None:
    """What a file holds, if one with the same content was read before."""
    try:
        return _recall(content_key(read_content(path), path.suffix))
    except CorpusError as error:
        return str(error)


def read_and_remember(path: Path) -> Outcome:
    """What a file holds, read anew."""
    try:
        key = content_key(read_content(path), path.suffix)
    except CorpusError as error:
        return str(error)
    try:
        outcome: Outcome = read_file(path)
    except CorpusError as error:
        outcome = str(error)
    _remember(key, outcome)
    return outcome


def cache_folder() -> Path:
    """Where all of it lies."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    usual = Path(chosen) if chosen else platformdirs.user_cache_path("evolve")
    # Without a home its place begins with "~", which would be a folder in the one where evolve is typed.
    return usual if chosen or usual.is_absolute() else Path(os.devnull) / "evolve"


def content_key(data: bytes, suffix: str) -> str:
    """The name under which what was read from these bytes is remembered; depends on who reads them too."""
    reader = f"{READER_VERSION} {suffix.lower()} "
    return hashlib.sha256(reader.encode() + data).hexdigest()


def _recall(key: str) -> Outcome | None:
    """What was remembered, or None when nothing was, or it is damaged."""
    try:
        digest, _, text = _path(key).read_text(encoding="utf-8").partition("\n")
        if digest != _digest(text):
            return None
        return outcome_from_json(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(key: str, outcome: Outcome) -> None:
    """Remember what was read; quietly does nothing where the cache cannot be written."""
    text = json.dumps(outcome_to_json(outcome), separators=(",", ":"))
    with contextlib.suppress(OSError):
        path = _path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(f"{_digest(text)}\n{text}")
            Path(aside).replace(path)
        except OSError:
            Path(aside).unlink(missing_ok=True)


def _path(key: str) -> Path:
    return cache_folder() / "readings" / key[:2] / f"{key}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """What `json.dumps` takes: ``{"reason"}`` or ``{"pieces": [...]}``.

    Each piece is ``{"sharps", "label", "doubts", "kind", "song"}``, or ``{"label", "reason"}`` where it is refused.
    """
    if isinstance(outcome, str):
        return {"reason": outcome}
    return {"pieces": [_piece_to_json(piece) for piece in outcome]}


def outcome_from_json(data: dict[str, Any]) -> Outcome:
    """What `outcome_to_json` described; `KeyError`, `TypeError` or `ValueError` when it is something else."""
    if "reason" in data:
        return str(data["reason"])
    return tuple(_piece_from_json(piece) for piece in data["pieces"])


def _piece_to_json(piece: Reading | Refused) -> dict[str, Any]:
    if isinstance(piece, Refused):
        return {"label": piece.label, "reason": piece.reason}
    told = {"sharps": piece.sharps, "label": piece.label, "doubts": list(piece.doubts), "kind": piece.kind}
    return {**told, "song": song_to_json(piece.song)}


def _piece_from_json(piece: dict[str, Any]) -> Reading | Refused:
    if "reason" in piece:
        return Refused(str(piece["label"]), str(piece["reason"]))
    doubts = tuple(map(str, piece["doubts"]))
    return Reading(song_from_json(piece["song"]), piece["sharps"], str(piece["label"]), doubts, str(piece["kind"]))
