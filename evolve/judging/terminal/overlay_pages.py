"""The pages that lie over the others: the keys, and a song as a piano roll."""

from functools import lru_cache
from pathlib import Path

from prompt_toolkit.formatted_text import ANSI, split_lines, to_formatted_text

from evolve.errors import EvolveError
from evolve.judging.terminal.facts import song_line
from evolve.judging.terminal.keys import BINDINGS, HELP_HINTS, ROLL_HINTS
from evolve.judging.terminal.painting import Line, hints, padded, page
from evolve.judging.terminal.status import status_line
from evolve.judging.terminal.view import View

_KEYS_WIDTH = 12
_COLUMNS = (
    ("repeats", "how much of the songs goes in circles; stuck 2: two songs do nothing else"),
    ("copied", "notes of the longest passage that the corpus has too"),
    ("ends", "how many songs ended by themselves"),
    ("unlike", "how far from the corpus; its own pieces are at about 1"),
    ("○ ♪ ● ♥", "songs not heard yet, playing, heard, loved"),
)
"""What stands beside a candidate, where there is room to tell."""


def paint_help(columns: int, rows: int) -> Line:
    """Every key and what it does, and what the columns of the list mean where there is room to tell."""
    entries = [binding for binding in BINDINGS if binding.shown]
    lines: list[Line] = [
        [("", " "), ("class:key", padded(entry.shown, _KEYS_WIDTH)), ("", entry.help)] for entry in entries
    ]
    told: list[Line] = [[("", " "), ("class:faint", padded(name, _KEYS_WIDTH)), ("", text)] for name, text in _COLUMNS]
    if len(lines) + len(told) + 4 < rows:
        lines += [[], *told]
    head: list[Line] = [[("class:qmark", "? "), ("class:question", "The keys")]]
    if len(lines) + 3 < rows:
        head.append([])
    return page([*head, *lines], [hints(HELP_HINTS, columns)], columns, rows)


def paint_roll(view: View, columns: int, rows: int) -> Line:
    """The chosen song of the candidate under the cursor, as time and pitch."""
    song = view.current_song
    title: Line = [("class:qmark", "? "), ("class:question", f"{view.candidate.letter}, song {view.song}")]
    title += [("class:heart", " ♥")] if view.loves(view.cursor, view.song) else []
    facts: Line = [("class:faint", f"  {song_line(song) if song else 'no such song'}")]
    midi = song.files.get("midi") if song else None
    opening = song.facts.get("opening_ticks") if song else None
    opening_ticks = opening if isinstance(opening, int) else 0
    roll = (
        _roll(midi, opening_ticks, columns, max(1, rows - 4)) if midi else [[("class:notice", " no MIDI file to draw")]]
    )
    foot = [status_line(view, columns), hints(ROLL_HINTS, columns)]
    return page([title, facts, *roll], foot, columns, rows)


@lru_cache(maxsize=64)
def _roll(midi: Path, opening_ticks: int, columns: int, rows: int) -> list[Line]:
    """The picture of a MIDI file, or why there is none."""
    # Reading and drawing music takes its libraries a moment to load; only this page needs them.
    from evolve.music.midi import read_midi  # noqa: PLC0415
    from evolve.music.pictures import piano_roll_text  # noqa: PLC0415

    try:
        song = read_midi(midi.read_bytes(), midi.name)
    except (EvolveError, OSError) as error:
        return [[("class:notice", f" {midi.name} cannot be drawn: {error}")]]
    text = piano_roll_text(song, width=columns, height=rows, opening_ticks=opening_ticks, color=True)
    return [[(style, words) for style, words, *_ in line] for line in split_lines(to_formatted_text(ANSI(text)))]
