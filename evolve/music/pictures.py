"""Piano rolls as PNG pictures, and as text.

Pitch upwards, time to the right, bars as the metre has them. What was given to the network, the opening, is shaded, and
what it composed is solid in its track's colour, deeper the louder. Given notes are grey, or where several tracks have
to be told apart, only edged in colour.
"""

import math
from dataclasses import dataclass

from evolve.music import roll_colours as colours
from evolve.music.roll_axes import (
    clock,
    first_bar_ticks,
    first_ticks,
    left_ticks,
    pitch_span,
    sounding_s,
    ticks_per_s,
    time_step_s,
)
from evolve.music.roll_canvas import FINER, Draw, blank, png, text_width, write
from evolve.music.roll_colours import Colour, deeper, pale, track_colour
from evolve.music.roll_legend import legend
from evolve.music.song import TICKS_PER_BEAT, Song
from evolve.music.text_roll import piano_roll_text
from evolve.music.unisons import Placed, placed_notes

__all__ = ["piano_roll_png", "piano_roll_text"]

MARGIN_TOP, MARGIN_BOTTOM, MARGIN_RIGHT = 64, 30, 16
TITLE_Y, LEGEND_Y = 8, 32
KEYS_LEFT, KEYS_WIDTH = 34, 26
SMALLEST_BAR_PX, SMALLEST_BEAT_PX = 12, 12
SMALLEST_LABEL_PX, SMALLEST_BAR_LABEL_PX = 84, 44
SWATCH_PX, LEGEND_GAP_PX, LABEL_SIZE = 10, 16, 12
OPENING_NAME_PX = 70
LEAST_ROUNDED = 4
"""Fine pixels of a note from which its corners are rounded; Pillow cannot draw smaller ones that have an edge."""
BLACK_KEYS = frozenset({1, 3, 6, 8, 10})


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where pitches and times lie in the picture, in drawn pixels."""

    left: int
    top: int
    right: int
    bottom: int
    lowest: int
    highest: int
    start: int
    ticks: int

    @property
    def stop(self) -> int:
        """Where the song ends, or the picture of a very short one."""
        return self.start + self.ticks

    @property
    def px_per_tick(self) -> float:
        """Pixels of the finished picture."""
        return (self.right - self.left) / self.ticks / FINER

    def x(self, ticks: float) -> float:
        return self.left + (self.right - self.left) * (ticks - self.start) / self.ticks

    def y(self, pitch: float) -> float:
        """The upper edge of a pitch's row."""
        return self.top + (self.bottom - self.top) * (self.highest - pitch) / (self.highest - self.lowest + 1)


def piano_roll_png(
    song: Song, *, opening_ticks: int = 0, title: str = "", width: int = 1600, height: int = 480
) -> bytes:
    """A piano roll with a keyboard, octaves, bars and seconds, as a PNG file.

    Args:
        song: May be empty.
        opening_ticks: How much of it was given, not composed.
        title: Shown above; the song's own title when empty.
        width: Pixels, 320 or more.
        height: Pixels, 160 or more.
    """
    image, draw = blank(width, height)
    frame = _frame_of(song, width, height)
    opening_ticks = min(max(opening_ticks, frame.start), frame.stop)
    _draw_rows(draw, frame, opening_ticks)
    _draw_bars(draw, frame, song)
    _draw_seconds(draw, frame, song)
    _draw_opening(draw, frame, opening_ticks)
    _draw_notes(draw, frame, song, opening_ticks)
    _draw_keyboard(draw, frame)
    _draw_heading(draw, frame, song, title or song.title)
    _draw_legend(draw, frame, song)
    return png(image)


def _frame_of(song: Song, width: int, height: int) -> _Frame:
    lowest, highest = pitch_span(song)
    start = left_ticks(song)
    return _Frame(
        left=(KEYS_LEFT + KEYS_WIDTH) * FINER,
        top=MARGIN_TOP * FINER,
        right=(width - MARGIN_RIGHT) * FINER,
        bottom=(height - MARGIN_BOTTOM) * FINER,
        lowest=lowest,
        highest=highest,
        start=start,
        ticks=max(song.length_ticks - start, song.metre.bar_ticks, 1),
    )


def _draw_rows(draw: Draw, frame: _Frame, opening_ticks: int) -> None:
    """The background: rows as the keys are, a warmer paper under the opening, a line below each C."""
    edge = frame.x(opening_ticks)
    draw.rectangle((frame.left, frame.top, frame.right, frame.bottom), colours.WHITE_ROW)
    draw.rectangle((frame.left, frame.top, edge, frame.bottom), colours.OPENING_SHADE)
    for pitch in range(frame.lowest, frame.highest + 1):
        upper, lower = frame.y(pitch), frame.y(pitch - 1)
        if pitch % 12 in BLACK_KEYS:
            draw.rectangle((frame.left, upper, frame.right, lower), colours.BLACK_ROW)
            draw.rectangle((frame.left, upper, edge, lower), colours.OPENING_BLACK_ROW)
        if pitch % 12 == 0:
            draw.line((frame.left, lower, frame.right, lower), colours.OCTAVE_LINE, FINER)


def _draw_bars(draw: Draw, frame: _Frame, song: Song) -> None:
    """A line for each beat and each bar, or each 2, 4, 8 … bars where they would lie too close; some have numbers."""
    beat, bar, first = max(1, song.metre.beat_ticks), max(1, song.metre.bar_ticks), first_bar_ticks(song)
    if beat * frame.px_per_tick >= SMALLEST_BEAT_PX:
        for ticks in _steps(frame, 0, beat):
            _draw_line(draw, frame, ticks, colours.BEAT_LINE)
    for ticks in _steps(frame, first, bar * _doublings(bar * frame.px_per_tick, SMALLEST_BAR_PX)):
        _draw_line(draw, frame, ticks, colours.BAR_LINE)
    for ticks in _steps(frame, first, bar * _doublings(bar * frame.px_per_tick, SMALLEST_BAR_LABEL_PX)):
        if ticks >= first:
            number = (ticks - first) // bar + 1
            write(draw, (frame.x(ticks) / FINER, MARGIN_TOP - 14), f"{number}", colours.FAINT_INK, 10, anchor="ma")


def _steps(frame: _Frame, origin: int, step: int) -> range:
    """The places within the frame that lie whole steps from an origin, but for its right edge."""
    return range(frame.start + (origin - frame.start) % step, frame.stop, step)


def _doublings(one_px: float, least_px: float) -> int:
    """The power of two by which a step has to be multiplied to be wide enough."""
    return 1 << max(0, math.ceil(math.log2(least_px / one_px)))


def _draw_line(draw: Draw, frame: _Frame, ticks: int, colour: Colour) -> None:
    x = round(frame.x(ticks) / FINER) * FINER
    draw.rectangle((x, frame.top, x + FINER - 1, frame.bottom), colour)


def _draw_seconds(draw: Draw, frame: _Frame, song: Song) -> None:
    """The time below, at round seconds from the first note on, as it is heard."""
    length_s = (frame.stop - first_ticks(song)) / ticks_per_s(song)
    step = time_step_s(length_s, (frame.right - frame.left) // (SMALLEST_LABEL_PX * FINER))
    for seconds in range(0, int(length_s) + 1, step):
        x = frame.x(first_ticks(song) + seconds * ticks_per_s(song))
        draw.line((x, frame.bottom, x, frame.bottom + 5 * FINER), colours.FRAME, FINER)
        write(draw, (x / FINER, frame.bottom / FINER + 8), clock(seconds), colours.FAINT_INK, 12, anchor="ma")


def _draw_opening(draw: Draw, frame: _Frame, opening_ticks: int) -> None:
    if opening_ticks == frame.start:
        return
    edge = frame.x(opening_ticks)
    draw.line((edge, frame.top, edge, frame.bottom), colours.OPENING_EDGE, FINER)
    write(draw, (frame.left / FINER, LEGEND_Y), "opening", colours.OPENING_INK, 12)


def _draw_notes(draw: Draw, frame: _Frame, song: Song, opening_ticks: int) -> None:
    """Soft notes first, so that loud ones lie on top."""
    has_many = bool(legend(song))
    for placed in sorted(placed_notes(song), key=lambda one: one.note.velocity):
        colour = track_colour(placed.track)
        if placed.note.onset_ticks >= opening_ticks:
            _draw_note(draw, frame, placed, deeper(colour, placed.note.velocity))
        elif has_many:
            _draw_note(draw, frame, placed, pale(colour), edge=colour)
        else:
            _draw_note(draw, frame, placed, colours.OPENING_NOTE)


def _draw_note(draw: Draw, frame: _Frame, placed: Placed, colour: Colour, *, edge: Colour | None = None) -> None:
    """A bar with rounded ends, parted from the next one by a hair."""
    row, height = frame.y(placed.note.pitch), frame.y(placed.note.pitch - 1) - frame.y(placed.note.pitch)
    upper = row + height * placed.lane / placed.lanes
    lower = row + height * (placed.lane + 1) / placed.lanes
    left = frame.x(placed.note.onset_ticks)
    right = max(left + 2 * FINER, frame.x(placed.note.end_ticks) - FINER)
    inset = min(FINER, (lower - upper) * 0.1)
    corners = tuple(map(round, (left, upper + inset, right, lower - inset)))
    size = min(corners[2] - corners[0], corners[3] - corners[1])
    if size < LEAST_ROUNDED:
        draw.rectangle(corners, colour, edge, FINER if edge else 0)
    else:
        draw.rounded_rectangle(corners, min(size / 2, 3.5 * FINER), colour, edge, FINER if edge else 0)


def _draw_heading(draw: Draw, frame: _Frame, song: Song, title: str) -> None:
    """The title, and on the right how long it is, its metre and how fast its beats are."""
    beats_a_minute = song.tempo_bpm * TICKS_PER_BEAT / max(1, song.metre.beat_ticks)
    facts = f"{clock(round(sounding_s(song)))}  ·  {song.metre}  ·  {beats_a_minute:.0f} beats a minute"
    write(draw, (frame.left / FINER, TITLE_Y), title, colours.INK, 17)
    write(draw, (frame.right / FINER, TITLE_Y + 4), facts, colours.FAINT_INK, 13, anchor="ra")


def _draw_legend(draw: Draw, frame: _Frame, song: Song) -> None:
    """The name of each track beside its colour, from the right; as many as there is room for beside the opening's."""
    shown = list(legend(song))
    while sum(map(_entry_px, shown)) > (frame.right - frame.left) / FINER - OPENING_NAME_PX:
        del shown[-1]
    x = frame.right / FINER - sum(map(_entry_px, shown)) + LEGEND_GAP_PX
    for number, label in shown:
        corners = (x * FINER, (LEGEND_Y + 2) * FINER, (x + SWATCH_PX) * FINER, (LEGEND_Y + 2 + SWATCH_PX) * FINER)
        draw.rounded_rectangle(corners, 2 * FINER, track_colour(number))
        write(draw, (x + SWATCH_PX + 4, LEGEND_Y), label, colours.INK, LABEL_SIZE)
        x += _entry_px((number, label))


def _entry_px(entry: tuple[int, str]) -> float:
    """The width of a name in the legend with its colour and the gap before it."""
    return LEGEND_GAP_PX + SWATCH_PX + 4 + text_width(entry[1], LABEL_SIZE)


def _draw_keyboard(draw: Draw, frame: _Frame) -> None:
    """The keys at the left, the octaves' names beside them, and the frame."""
    left, right = KEYS_LEFT * FINER, frame.left
    draw.rectangle((left, frame.top, right, frame.bottom), colours.PAPER)
    for pitch in range(frame.lowest, frame.highest + 1):
        upper, lower = frame.y(pitch), frame.y(pitch - 1)
        if pitch % 12 in BLACK_KEYS:
            draw.rectangle((left, upper, left + (right - left) * 0.62, lower), colours.INK)
            draw.line((left, (upper + lower) / 2, right, (upper + lower) / 2), colours.FRAME, 1)
            draw.rectangle((left, upper, left + (right - left) * 0.62, lower), colours.INK)
        elif pitch % 12 in (0, 5):
            draw.line((left, lower, right, lower), colours.FRAME, FINER)
        if pitch % 12 == 0:
            middle = (upper + lower) / 2 / FINER
            write(draw, (KEYS_LEFT - 6, middle), f"C{pitch // 12 - 1}", colours.FAINT_INK, 12, anchor="rm")
    draw.rectangle((left, frame.top, frame.right, frame.bottom), outline=colours.FRAME, width=FINER)
    draw.line((right, frame.top, right, frame.bottom), colours.FRAME, FINER)
