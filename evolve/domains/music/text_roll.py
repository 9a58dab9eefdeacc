"""Piano rolls for the terminal, in quarter blocks: two pitches and two moments a character."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len

from evolve.domains.music.roll_axes import clock, first_ticks, left_ticks, legend, pitch_span, ticks_per_s, time_step_s
from evolve.domains.music.song import Note, Song

QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By the sum of 1 for the upper left quarter, 2 upper right, 4 lower left, 8 lower right."""

GUTTER = 4
"""Columns for the octave's name and an edge."""

FEWEST_COLUMNS_A_LABEL = 12
FAINT, EDGE = "90", "33"
TRACK_COLOURS = ("36", "35", "32", "34")
"""ANSI colours that can be read on dark and on light."""

Cell = tuple[str, str]
"""What stands in one column and its ANSI colour, empty for none."""


def piano_roll_text(
    song: Song,
    *,
    width: int,
    height: int,
    opening_ticks: int = 0,
    color: bool,
    from_ticks: int | None = None,
    to_ticks: int | None = None,
) -> str:
    """A piano roll in unicode blocks: octaves at the left, time in the last line, the opening faint and named.

    Several tracks have a colour each, and their names in the first line that has room for them. Time is counted
    from the first note, as it is heard.

    Args:
        song: May be empty.
        width: Characters in every line, exactly; 1 or more.
        height: Lines, exactly; 1 or more.
        opening_ticks: How much of the song was given, not composed.
        color: With ANSI colours; the characters are the same without.
        from_ticks: Where the part to show begins; the beat of the first note by default.
        to_ticks: Where it ends; the end of the song by default.
    """
    grid = _grid_of(song, width, height, from_ticks, to_ticks)
    plot = _with_legend(list(_plot(grid, song, opening_ticks)), song)
    cells = [*plot, _time_line(grid, song, opening_ticks)]
    lines = [[*gutter, *line][:width] for gutter, line in zip(_gutters(grid), cells, strict=True)]
    return "\n".join(
        _painted(line) if color else "".join(character for character, _ in line) for line in lines[:height]
    )


@dataclass(frozen=True, slots=True)
class _RollGrid:
    """Which quarter blocks stand for which pitches and times."""

    columns: int
    rows: int
    lowest: int
    highest: int
    start: int
    ticks: int

    def x(self, ticks: float) -> float:
        """Half columns from the left edge."""
        return 2 * self.columns * (ticks - self.start) / self.ticks

    def y(self, pitch: int) -> int:
        """Half rows from the upper edge."""
        return 2 * self.rows * (self.highest - pitch) // (self.highest - self.lowest + 1)

    def column(self, ticks: float) -> int:
        """Whole columns from the left edge."""
        return round(self.x(ticks) / 2)


def _grid_of(song: Song, width: int, height: int, from_ticks: int | None, to_ticks: int | None) -> _RollGrid:
    start = left_ticks(song) if from_ticks is None else from_ticks
    lowest, highest = pitch_span(song)
    stop = song.length_ticks if to_ticks is None else to_ticks
    return _RollGrid(max(1, width - GUTTER), max(1, height - 1), lowest, highest, start, max(1, stop - start))


def _plot(grid: _RollGrid, song: Song, opening_ticks: int) -> Iterator[list[Cell]]:
    """The lines of the roll, from the highest pitch down."""
    inked, colours = _ink(grid, song, opening_ticks)
    octaves = _octave_rows(grid)
    edge = grid.column(opening_ticks) if opening_ticks else -1
    for row in range(grid.rows):
        line = []
        for column in range(grid.columns):
            quarters = inked[row][column]
            if quarters:
                line.append((QUARTERS[quarters], colours[row][column]))
            elif column == edge:
                line.append(("┊", EDGE))
            else:
                line.append(("┈", FAINT) if row in octaves else (" ", ""))
        yield line


def _ink(grid: _RollGrid, song: Song, opening_ticks: int) -> tuple[list[list[int]], list[list[str]]]:
    """Which quarters of each character are inked, and in which colour; what was composed hides what was given."""
    inked = [[0] * grid.columns for _ in range(grid.rows)]
    colours = [[FAINT] * grid.columns for _ in range(grid.rows)]
    for number, track in enumerate(song.tracks):
        for note in track.notes:
            half_row = grid.y(note.pitch)
            for half_column in _half_columns(grid, note):
                row, column = half_row // 2, half_column // 2
                inked[row][column] |= 1 << (half_row % 2 * 2 + half_column % 2)
                if note.onset_ticks >= opening_ticks:
                    colours[row][column] = TRACK_COLOURS[number % len(TRACK_COLOURS)]
    return inked, colours


def _half_columns(grid: _RollGrid, note: Note) -> range:
    """Where a note lies in time: half a column at least, and where there is room a gap before the next."""
    first = int(grid.x(note.onset_ticks)) if note.onset_ticks >= grid.start else 0
    stop = max(first + 1, int(grid.x(note.end_ticks) - 0.5))
    return range(first, min(stop, 2 * grid.columns)) if grid.x(note.end_ticks) > 0 else range(0)


def _with_legend(lines: list[list[Cell]], song: Song) -> list[list[Cell]]:
    """The lines with each track's name beside its colour at the right of the first that has no note there, if any."""
    named = [cell for number, label in legend(song) for cell in _in_colour(f" ■ {label}", number)]
    before = len(lines[0]) - len(named)
    free = (
        row for row, line in enumerate(lines) if all(character not in QUARTERS[1:] for character, _ in line[before:])
    )
    row = next(free, None) if named and before >= 0 else None
    return lines if row is None else [*lines[:row], [*lines[row][:before], *named], *lines[row + 1 :]]


def _in_colour(text: str, track: int) -> list[Cell]:
    """A cell for each column: a wide character has an empty one behind it, a mark is in that of its letter."""
    colour = TRACK_COLOURS[track % len(TRACK_COLOURS)]
    cells: list[Cell] = []
    for character in text:
        columns = cell_len(character)
        if columns or not cells:
            cells += [(character, colour), *[("", colour)] * (columns - 1)]
        else:
            cells[-1] = (cells[-1][0] + character, colour)
    return cells


def _octave_rows(grid: _RollGrid) -> dict[int, str]:
    """The row of each C within the span, and its name."""
    return {
        grid.y(pitch) // 2: f"C{pitch // 12 - 1}" for pitch in range(grid.lowest, grid.highest + 1) if pitch % 12 == 0
    }


def _gutters(grid: _RollGrid) -> list[list[Cell]]:
    octaves = _octave_rows(grid)
    edged = [[*octaves.get(row, "").rjust(GUTTER - 1), "┤" if row in octaves else "│"] for row in range(grid.rows)]
    return [[(character, FAINT) for character in gutter] for gutter in [*edged, list("   └")]]


def _time_line(grid: _RollGrid, song: Song, opening_ticks: int) -> list[Cell]:
    """Times at round seconds, and the opening's name beneath it, or beside it where it is too narrow."""
    line: list[Cell] = [("─", FAINT)] * grid.columns
    edge = grid.column(opening_ticks)
    if edge > 0:
        name = "opening"
        place = max(0, (edge - len(name)) // 2) if edge >= len(name) else edge
        _put(line, name if edge >= len(name) else f"◂{name}", place, EDGE)
    pace, heard = ticks_per_s(song), first_ticks(song)
    step = time_step_s(grid.ticks / pace, max(1, grid.columns // FEWEST_COLUMNS_A_LABEL))
    first = max(0, int(-((heard - grid.start) // (pace * step))) * step)
    for seconds in range(first, int((grid.start + grid.ticks - heard) / pace) + 1, step):
        _put(line, f"╷{clock(seconds)}", grid.column(heard + seconds * pace), FAINT)
    return line


def _put(line: list[Cell], text: str, column: int, colour: str) -> None:
    """Write into a line where all of the text, and a character after it, finds free room."""
    room = line[column : column + len(text) + 1]
    if len(room) >= len(text) and all(character == "─" for character, _ in room):
        line[column : column + len(text)] = [(character, colour) for character in text]


def _painted(line: Sequence[Cell]) -> str:
    runs = (
        (colour, "".join(character for character, _ in run)) for colour, run in groupby(line, key=lambda cell: cell[1])
    )
    return "".join(f"\x1b[{colour}m{text}\x1b[0m" if colour else text for colour, text in runs)
