"""Piano rolls as SVG: a page shows them as they are, and `raster` makes pictures of them.

Pitch upwards, time to the right, bars as the metre has them. What was given to the network, the opening, is shaded, and
what it composed is solid in its track's colour, deeper the louder. Given notes are grey, or where several tracks have
to be told apart, only edged in colour.

The root element tells where time lies, so that a page can draw a playhead: ``data-start`` and ``data-end`` are the
places of second 0 of the song's sound and of second ``data-seconds``, in units of the ``viewBox``; between them time
goes on evenly.

Colours of tracks are of the palette of Okabe & Ito, "Color universal design" (2008), which people of all kinds of
colour vision can tell apart; its yellow is left out, since nobody sees it on paper, and its black, which is for words.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from evolve.domains.music.roll_axes import (
    PlacedNote,
    clock,
    first_bar_ticks,
    first_ticks,
    left_ticks,
    legend,
    pitch_span,
    placed_notes,
    sound_time_s,
    sounding_s,
    ticks_per_s,
    time_step_s,
)
from evolve.domains.music.song import LEAD_S, TICKS_PER_BEAT, Song

Colour = tuple[int, int, int]
"""Red, green and blue, 0 .. 255."""

PAPER, INK, FAINT_INK = (255, 255, 255), (45, 50, 66), (132, 139, 158)
WHITE_ROW, BLACK_ROW = (252, 252, 254), (244, 246, 250)
OCTAVE_LINE, BAR_LINE, BEAT_LINE, FRAME = (214, 219, 231), (208, 214, 227), (236, 239, 246), (198, 204, 219)
OPENING_SHADE, OPENING_EDGE, OPENING_INK = (253, 244, 222), (230, 170, 60), (160, 106, 14)
OPENING_BLACK_ROW, OPENING_NOTE = (249, 237, 208), (150, 144, 134)
BLUE, VERMILLION, BLUISH_GREEN = (0, 114, 178), (213, 94, 0), (0, 158, 115)
REDDISH_PURPLE, ORANGE, SKY_BLUE = (204, 121, 167), (230, 159, 0), (86, 180, 233)
TRACK_COLOURS: Final = (BLUE, VERMILLION, BLUISH_GREEN, REDDISH_PURPLE, ORANGE, SKY_BLUE)

LOUD_VELOCITY: Final = 96
PALEST, PALE = 0.55, 0.8
TOP, BOTTOM_MARGIN, RIGHT_MARGIN = 64, 30, 16
KEYS_LEFT, LEFT = 34, 60
SMALLEST_BAR_PX, SMALLEST_BEAT_PX = 12, 12
SMALLEST_LABEL_PX, SMALLEST_BAR_LABEL_PX = 84, 60
OPENING_NAME_PX, CHARACTER_PX = 70, 8
"""How wide the word ``opening`` and a character of the legend are, at most."""

BLACK_KEYS: Final = frozenset({1, 3, 6, 8, 10})


def deeper(colour: Colour, velocity: int) -> Colour:
    """A colour for a velocity of 1 .. 127: itself for a loud note, paler the softer."""
    return _with_white(colour, PALEST * (1 - min(1.0, velocity / LOUD_VELOCITY)))


def pale(colour: Colour) -> Colour:
    """A tint of a colour, for what it has an edge around."""
    return _with_white(colour, PALE)


def piano_roll_svg(song: Song, *, opening_ticks: int = 0, title: str = "", width: int = 1600, height: int = 480) -> str:
    """A piano roll with a keyboard, octaves, bars and seconds, as an SVG document.

    Args:
        song: May be empty.
        opening_ticks: How much of it was given, not composed.
        title: Shown above; the song's own title when empty.
        width: Pixels, 320 or more.
        height: Pixels, 160 or more.
    """
    frame = _frame_of(song, width, height)
    edge = min(max(opening_ticks, frame.start), frame.stop)
    shown = _printable(title or song.title)
    parts = (
        *_rows(frame, edge),
        *_bars(frame, song),
        *_seconds(frame, song),
        *_opening(frame, edge),
        *_notes(frame, song, edge),
        *_keyboard(frame),
        *_heading(frame, song, shown),
        *_legend(frame, song),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f"{_where_time_lies(frame, song)} "
        f'role="img" aria-label={quoteattr(f"Piano roll of {shown}")} font-family="DejaVu Sans, Verdana, sans-serif">'
        f"{_box(0, 0, width, height, PAPER)}{''.join(parts)}</svg>\n"
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where pitches and times lie, in pixels."""

    right: int
    bottom: int
    lowest: int
    highest: int
    start: int
    ticks: int

    @property
    def stop(self) -> int:
        return self.start + self.ticks

    @property
    def px_per_tick(self) -> float:
        return (self.right - LEFT) / self.ticks

    def x(self, ticks: float) -> float:
        return LEFT + (ticks - self.start) * self.px_per_tick

    def y(self, pitch: float) -> float:
        """The upper edge of a pitch's row."""
        return TOP + (self.bottom - TOP) * (self.highest - pitch) / (self.highest - self.lowest + 1)

    def rows(self) -> Iterator[tuple[int, float, float]]:
        """Each pitch, from the lowest, with its upper and lower edge."""
        for pitch in range(self.lowest, self.highest + 1):
            yield pitch, self.y(pitch), self.y(pitch - 1)


def _frame_of(song: Song, width: int, height: int) -> _Frame:
    lowest, highest = pitch_span(song)
    start = left_ticks(song)
    ticks = max(song.length_ticks - start, song.metre.bar_ticks, 1)
    return _Frame(width - RIGHT_MARGIN, height - BOTTOM_MARGIN, lowest, highest, start, ticks)


def _where_time_lies(frame: _Frame, song: Song) -> str:
    start = frame.x(first_ticks(song) - LEAD_S * ticks_per_s(song))
    seconds = sound_time_s(song, frame.stop)
    return f'data-start="{start:.3f}" data-end="{frame.x(frame.stop):.3f}" data-seconds="{seconds:.6f}"'


def _rows(frame: _Frame, opening_ticks: int) -> Iterator[str]:
    """The background: rows as the keys are, a warmer paper under the opening, a line below each C."""
    edge = frame.x(opening_ticks)
    black = [(upper, lower - upper) for pitch, upper, lower in frame.rows() if pitch % 12 in BLACK_KEYS]
    yield '<g shape-rendering="crispEdges">'
    yield _box(LEFT, TOP, frame.right - LEFT, frame.bottom - TOP, WHITE_ROW)
    yield _path((f"M{LEFT} {y:.2f}H{frame.right}v{high:.2f}H{LEFT}z" for y, high in black), fill=BLACK_ROW)
    if opening_ticks > frame.start:
        yield _box(LEFT, TOP, edge - LEFT, frame.bottom - TOP, OPENING_SHADE)
        yield _path((f"M{LEFT} {y:.2f}H{edge:.2f}v{high:.2f}H{LEFT}z" for y, high in black), fill=OPENING_BLACK_ROW)
    octaves = (f"M{LEFT} {_middle(lower)}H{frame.right}" for pitch, _, lower in frame.rows() if pitch % 12 == 0)
    yield _path(octaves, stroke=OCTAVE_LINE)
    yield "</g>"


def _bars(frame: _Frame, song: Song) -> Iterator[str]:
    """A line for each beat and each bar, or each 2, 4, 8 … bars where they would lie too close; some have numbers."""
    beat, bar, first = max(1, song.metre.beat_ticks), max(1, song.metre.bar_ticks), first_bar_ticks(song)
    if beat * frame.px_per_tick >= SMALLEST_BEAT_PX:
        yield _verticals(frame, _steps(frame, 0, beat), BEAT_LINE)
    lines = _steps(frame, first, bar * _doublings(bar * frame.px_per_tick, SMALLEST_BAR_PX))
    yield _verticals(frame, lines, BAR_LINE)
    numbered = _steps(frame, first, bar * _doublings(bar * frame.px_per_tick, SMALLEST_BAR_LABEL_PX))
    for ticks in numbered:
        if ticks >= first:
            yield _text(frame.x(ticks), TOP - 5, f"{(ticks - first) // bar + 1}", FAINT_INK, 10, anchor="middle")


def _verticals(frame: _Frame, ticks: Iterable[int], colour: Colour) -> str:
    lines = (f"M{_middle(frame.x(tick))} {TOP}V{frame.bottom}" for tick in ticks)
    return _path(lines, stroke=colour, more=' shape-rendering="crispEdges"')


def _steps(frame: _Frame, origin: int, step: int) -> range:
    """The places within the frame that lie whole steps from an origin, but for its right edge."""
    return range(frame.start + (origin - frame.start) % step, frame.stop, step)


def _doublings(one_px: float, least_px: float) -> int:
    """The power of two by which a step has to be multiplied to be wide enough."""
    return 1 << max(0, math.ceil(math.log2(least_px / one_px)))


def _seconds(frame: _Frame, song: Song) -> Iterator[str]:
    """The time below, at round seconds from the first note on, as it is heard."""
    length_s = (frame.stop - first_ticks(song)) / ticks_per_s(song)
    step = time_step_s(length_s, (frame.right - LEFT) // SMALLEST_LABEL_PX)
    moments = range(0, int(length_s) + 1, step)
    places = [frame.x(first_ticks(song) + seconds * ticks_per_s(song)) for seconds in moments]
    yield _path((f"M{x:.2f} {frame.bottom}v5" for x in places), stroke=FRAME)
    for seconds, x in zip(moments, places, strict=True):
        yield _text(x, frame.bottom + 18, clock(seconds), FAINT_INK, 12, anchor="middle")


def _opening(frame: _Frame, opening_ticks: int) -> Iterator[str]:
    if opening_ticks > frame.start:
        yield _verticals(frame, (opening_ticks,), OPENING_EDGE)
        yield _text(LEFT, 43, "opening", OPENING_INK, 12)


def _notes(frame: _Frame, song: Song, opening_ticks: int) -> Iterator[str]:
    """Soft notes first, so that loud ones lie on top."""
    has_many = bool(legend(song))
    for placed in sorted(placed_notes(song), key=lambda one: one.note.velocity):
        colour = TRACK_COLOURS[placed.track % len(TRACK_COLOURS)]
        if placed.note.onset_ticks >= opening_ticks:
            yield _note(frame, placed, deeper(colour, placed.note.velocity))
        elif has_many:
            yield _note(frame, placed, pale(colour), edge=colour)
        else:
            yield _note(frame, placed, OPENING_NOTE)


def _note(frame: _Frame, placed: PlacedNote, colour: Colour, *, edge: Colour | None = None) -> str:
    """A bar with rounded ends, parted from the next one by a hair."""
    half = 0.5 if edge else 0.0
    row, lane = frame.y(placed.note.pitch), (frame.y(placed.note.pitch - 1) - frame.y(placed.note.pitch)) / placed.lanes
    inset = min(1.0, lane * 0.1)
    upper, lower = round(row + lane * placed.lane + inset) + half, round(row + lane * (placed.lane + 1) - inset) - half
    left = round(frame.x(placed.note.onset_ticks)) + half
    right = max(left + 2, round(frame.x(placed.note.end_ticks)) - 1 - half)
    high = max(lower - upper, 0.5)
    more = f' rx="{min(right - left, high, 7) / 2:g}"' + (f' stroke="{_hex(edge)}"' if edge else "")
    return _box(left, upper, right - left, high, colour, more)


def _keyboard(frame: _Frame) -> Iterator[str]:
    """The keys at the left, the octaves' names beside them, and the frame."""
    short = round(KEYS_LEFT + (LEFT - KEYS_LEFT) * 0.62)
    black = [(upper, lower) for pitch, upper, lower in frame.rows() if pitch % 12 in BLACK_KEYS]
    between = [_middle(lower) for pitch, _, lower in frame.rows() if pitch % 12 in (0, 5)]
    between += [_middle((upper + lower) / 2) for upper, lower in black]
    yield _box(KEYS_LEFT, TOP, LEFT - KEYS_LEFT, frame.bottom - TOP, PAPER)
    yield '<g shape-rendering="crispEdges">'
    yield _path((f"M{KEYS_LEFT} {y}H{LEFT}" for y in between), stroke=FRAME)
    yield _path((f"M{KEYS_LEFT} {top:.2f}H{short}V{low:.2f}H{KEYS_LEFT}z" for top, low in black), fill=INK)
    border = (
        f"M{KEYS_LEFT}.5 {TOP}.5H{frame.right}.5V{frame.bottom}.5H{KEYS_LEFT}.5z",
        f"M{LEFT}.5 {TOP}V{frame.bottom}",
    )
    yield f"{_path(border, stroke=FRAME)}</g>"
    for pitch, upper, lower in frame.rows():
        if pitch % 12 == 0:
            name = f"C{pitch // 12 - 1}"
            yield _text(KEYS_LEFT - 6, (upper + lower) / 2 + 4, name, FAINT_INK, 12, anchor="end")


def _heading(frame: _Frame, song: Song, title: str) -> Iterator[str]:
    """The title, and on the right how long it is, its metre and how fast its beats are."""
    beats_a_minute = song.tempo_bpm * TICKS_PER_BEAT / max(1, song.metre.beat_ticks)
    facts = f"{clock(round(sounding_s(song)))}  ·  {song.metre}  ·  {beats_a_minute:.0f} beats a minute"
    yield _text(LEFT, 24, title, INK, 17)
    yield _text(frame.right, 24, facts, FAINT_INK, 13, anchor="end")


def _legend(frame: _Frame, song: Song) -> Iterator[str]:
    """The name of each track beside its colour, from the right; as many as there is room for beside the opening's."""
    free = frame.right - LEFT - OPENING_NAME_PX
    shown: list[str] = []
    for number, label in legend(song):
        free -= CHARACTER_PX * (len(label) + 4)
        if free > 0:
            colour = _hex(TRACK_COLOURS[number % len(TRACK_COLOURS)])
            shown.append(f'<tspan fill="{colour}">■</tspan> {escape(_printable(label))}')
    if shown:
        yield _text(frame.right, 43, "    ".join(shown), INK, 12, anchor="end", is_markup=True)


def _box(x: float, y: float, width: float, height: float, colour: Colour, more: str = "") -> str:  # noqa: PLR0917
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{_hex(colour)}"{more}/>'


def _path(lines: Iterable[str], *, fill: Colour | None = None, stroke: Colour | None = None, more: str = "") -> str:
    paint = f'fill="{_hex(fill) if fill else "none"}"' + (f' stroke="{_hex(stroke)}"' if stroke else "")
    return f'<path {paint}{more} d="{"".join(lines)}"/>'


def _text(
    x: float, baseline: float, text: str, colour: Colour, size: int, *, anchor: str = "start", is_markup: bool = False
) -> str:
    return (
        f'<text x="{x:.2f}" y="{baseline:.2f}" font-size="{size}" fill="{_hex(colour)}" text-anchor="{anchor}" '
        f'xml:space="preserve">{text if is_markup else escape(text)}</text>'
    )


def _middle(place: float) -> float:
    """The middle of the pixel that a thin line fills."""
    return round(place) + 0.5


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _with_white(colour: Colour, white: float) -> Colour:
    red, green, blue = (round(part + (255 - part) * white) for part in colour)
    return red, green, blue
