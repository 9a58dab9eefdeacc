"""The listener's part: candidates on paper for scripts, or the prompts of `evolve.judging.terminal`."""

import json
from pathlib import Path
from typing import Any

import typer

from evolve.judging.ballot import Ballot, CandidateSong
from evolve.sittings import Sitting


def terminal_judge(sitting: Sitting) -> tuple[Ballot, str] | None:
    """Have the person at this terminal fill in a ballot; None when they will come back."""
    from evolve.judging.terminal.judge import judge  # prompt_toolkit, which no other command needs

    _tell_who_is_heard(sitting)
    return judge(
        sitting.candidates,
        sitting.steps,
        save=sitting.save,
        generation=sitting.generation,
        listener=sitting.listener,
        told=_reliability_in_words(sitting),
        more=sitting.more,
    )


def candidates_document(sitting: Sitting, folder: Path) -> str:
    """The candidates that wait, as JSON; paths are relative to the run folder."""
    candidates = [
        {
            "letter": candidate.letter,
            "id": candidate.id,
            "songs": [_song_document(song, folder) for song in candidate.songs],
        }
        for candidate in sitting.candidates
    ]
    document = {
        "generation": sitting.generation,
        "listener": sitting.listener,
        "unheard": len(sitting.unheard),
        "rule": sitting.rule,
        "reliability": None if sitting.reliability is None else sitting.reliability.to_json(),
        "candidates": candidates,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def print_candidates(sitting: Sitting, reference: str) -> None:
    """The candidates for a reader without a terminal, and how to rank them."""
    from evolve.music.facts.words import one_line

    for candidate in sitting.candidates:
        typer.echo(candidate.letter)
        for song in candidate.songs:
            typer.echo(f"  song {song.index}: {one_line(song.facts)}")
            typer.echo(f"    {song.files.get('audio', song.files.get('midi'))}")
    _tell_who_is_heard(sitting)
    if told := _reliability_in_words(sitting):
        typer.echo(f"note: {told}", err=True)
    letters = " > ".join(sitting.letters)
    typer.echo(
        f'Rank generation {sitting.generation}, best first: evolve rank {reference} --order "{letters}"', err=True
    )


def _tell_who_is_heard(sitting: Sitting) -> None:
    if sitting.rule:
        typer.echo(f"note: {sitting.rule}", err=True)


def _reliability_in_words(sitting: Sitting) -> str:
    return "" if sitting.reliability is None else sitting.reliability.in_words


def _song_document(song: CandidateSong, folder: Path) -> dict[str, Any]:
    files = {kind: path.relative_to(folder.resolve()).as_posix() for kind, path in song.files.items()}
    return {"index": song.index, **files, "facts": dict(song.facts)}
