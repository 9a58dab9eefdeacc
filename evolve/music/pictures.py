"""Piano rolls as PNG pictures, and as text; the only home of Pillow.

Pitch upwards, time to the right. What was given to the network, the opening, is shaded and its notes are grey; what it
composed has colour: a hue for each track, deeper the louder.
"""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from evolve.music.roll_axes import clock, pitch_span, time_step_s
from evolve.music.song import TICKS_PER_BEAT, Note, Song
from evolve.music.text_roll import piano_roll_text

__all__ = ["piano_roll_png", "piano_roll_text"]

Colour = tuple[int, int, int]

FINER = 2
"""Drawn this much larger, then made smaller: smooth round corners."""

MARGIN_TOP, MARGIN_BOTTOM, MARGIN_RIGHT = 50, 30, 16
KEYS_LEFT, KEYS_WIDTH = 34, 26
BEATS_PER_BAR = 4
SMALLEST_BAR_PX, SMALLEST_BEAT_PX = 12, 12
SMALLEST_LABEL_PX = 84
BLACK_KEYS = frozenset({1, 3, 6, 8, 10})

PAPER, INK, FAINT_INK = (255, 255, 255), (45, 50, 66), (132, 139, 158)
WHITE_ROW, BLACK_ROW = (252, 252, 254), (244, 246, 250)
OCTAVE_LINE, BAR_LINE, BEAT_LINE, FRAME = (214, 219, 231), (226, 230, 239), (239, 241, 247), (198, 204, 219)
OPENING_SHADE, OPENING_EDGE, OPENING_INK = (253, 244, 222), (230, 170, 60), (160, 106, 14)
OPENING_BLACK_ROW, OPENING_NOTE = (249, 237, 208), (150, 144, 134)
TRACK_COLOURS: tuple[Colour, ...] = ((53, 80, 200), (222, 82, 52), (18, 145, 126), (142, 68, 173), (200, 130, 10))


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where pitches and times lie in the picture, in drawn pixels."""

    left: int
    top: int
    right: int
    bottom: int
    lowest: int
    highest: int
    ticks: int

    def x(self, ticks: float) -> float:
        return self.left + (self.right - self.left) * ticks / self.ticks

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
    image = Image.new("RGB", (width * FINER, height * FINER), PAPER)
    draw = ImageDraw.Draw(image)
    frame = _frame_of(song, width, height)
    opening_ticks = min(opening_ticks, frame.ticks)
    _draw_rows(draw, frame, opening_ticks)
    _draw_bars(draw, frame)
    _draw_seconds(draw, frame, song.tempo_bpm)
    _draw_opening(draw, frame, opening_ticks)
    _draw_notes(draw, frame, song, opening_ticks)
    _draw_keyboard(draw, frame)
    _write(draw, (frame.left / FINER, 8), title or song.title, INK, 17)
    facts = f"{clock(round(song.duration_s))}  ·  {song.tempo_bpm:.0f} beats a minute"
    _write(draw, (frame.right / FINER, 12), facts, FAINT_INK, 13, anchor="ra")
    file = io.BytesIO()
    image.resize((width, height), Image.Resampling.BOX).save(file, "PNG")
    return file.getvalue()


def _frame_of(song: Song, width: int, height: int) -> _Frame:
    lowest, highest = pitch_span(song)
    return _Frame(
        left=(KEYS_LEFT + KEYS_WIDTH) * FINER,
        top=MARGIN_TOP * FINER,
        right=(width - MARGIN_RIGHT) * FINER,
        bottom=(height - MARGIN_BOTTOM) * FINER,
        lowest=lowest,
        highest=highest,
        ticks=max(song.length_ticks, BEATS_PER_BAR * TICKS_PER_BEAT),
    )


def _draw_rows(draw: ImageDraw.ImageDraw, frame: _Frame, opening_ticks: int) -> None:
    """The background: rows as the keys are, a warmer paper under the opening, a line below each C."""
    edge = frame.x(opening_ticks)
    draw.rectangle((frame.left, frame.top, frame.right, frame.bottom), WHITE_ROW)
    draw.rectangle((frame.left, frame.top, edge, frame.bottom), OPENING_SHADE)
    for pitch in range(frame.lowest, frame.highest + 1):
        upper, lower = frame.y(pitch), frame.y(pitch - 1)
        if pitch % 12 in BLACK_KEYS:
            draw.rectangle((frame.left, upper, frame.right, lower), BLACK_ROW)
            draw.rectangle((frame.left, upper, edge, lower), OPENING_BLACK_ROW)
        if pitch % 12 == 0:
            draw.line((frame.left, lower, frame.right, lower), OCTAVE_LINE, FINER)


def _draw_bars(draw: ImageDraw.ImageDraw, frame: _Frame) -> None:
    """A line for each beat and each bar, or each 2, 4, 8 … bars where they would lie too close."""
    beat_px = (frame.x(TICKS_PER_BEAT) - frame.left) / FINER
    if beat_px >= SMALLEST_BEAT_PX:
        _draw_grid(draw, frame, TICKS_PER_BEAT, BEAT_LINE)
    bars = 1
    while beat_px * BEATS_PER_BAR * bars < SMALLEST_BAR_PX:
        bars *= 2
    _draw_grid(draw, frame, BEATS_PER_BAR * bars * TICKS_PER_BEAT, BAR_LINE)


def _draw_grid(draw: ImageDraw.ImageDraw, frame: _Frame, step_ticks: int, colour: Colour) -> None:
    for ticks in range(step_ticks, frame.ticks, step_ticks):
        x = round(frame.x(ticks) / FINER) * FINER
        draw.rectangle((x, frame.top, x + FINER - 1, frame.bottom), colour)


def _draw_seconds(draw: ImageDraw.ImageDraw, frame: _Frame, tempo_bpm: float) -> None:
    """The time below, at round seconds."""
    ticks_per_s = tempo_bpm / 60 * TICKS_PER_BEAT
    length_s = frame.ticks / ticks_per_s
    step = time_step_s(length_s, (frame.right - frame.left) // (SMALLEST_LABEL_PX * FINER))
    for seconds in range(0, int(length_s) + 1, step):
        x = frame.x(seconds * ticks_per_s)
        draw.line((x, frame.bottom, x, frame.bottom + 5 * FINER), FRAME, FINER)
        _write(draw, (x / FINER, frame.bottom / FINER + 8), clock(seconds), FAINT_INK, 12, anchor="ma")


def _draw_opening(draw: ImageDraw.ImageDraw, frame: _Frame, opening_ticks: int) -> None:
    if not opening_ticks:
        return
    edge = frame.x(opening_ticks)
    draw.line((edge, frame.top - 12 * FINER, edge, frame.bottom), OPENING_EDGE, FINER)
    _write(draw, (frame.left / FINER, frame.top / FINER - 15), "opening", OPENING_INK, 12)


def _draw_notes(draw: ImageDraw.ImageDraw, frame: _Frame, song: Song, opening_ticks: int) -> None:
    """Soft notes first, so that loud ones lie on top."""
    coloured = [
        (note, TRACK_COLOURS[number % len(TRACK_COLOURS)])
        for number, track in enumerate(song.tracks)
        for note in track.notes
    ]
    for note, colour in sorted(coloured, key=lambda pair: pair[0].velocity):
        is_given = note.onset_ticks < opening_ticks
        _draw_note(draw, frame, note, OPENING_NOTE if is_given else _deeper(colour, note.velocity))


def _draw_note(draw: ImageDraw.ImageDraw, frame: _Frame, note: Note, colour: Colour) -> None:
    """A bar with rounded ends, parted from the next one by a hair."""
    upper, lower = frame.y(note.pitch), frame.y(note.pitch - 1)
    left = frame.x(note.onset_ticks)
    right = max(left + 2 * FINER, frame.x(note.end_ticks) - FINER)
    inset = min(FINER, (lower - upper) * 0.1)
    radius = min((lower - upper) / 2 - inset, (right - left) / 2, 3.5 * FINER)
    draw.rounded_rectangle((left, upper + inset, right, lower - inset), radius, colour)


def _draw_keyboard(draw: ImageDraw.ImageDraw, frame: _Frame) -> None:
    """The keys at the left, the octaves' names beside them, and the frame."""
    left, right = KEYS_LEFT * FINER, frame.left
    draw.rectangle((left, frame.top, right, frame.bottom), PAPER)
    for pitch in range(frame.lowest, frame.highest + 1):
        upper, lower = frame.y(pitch), frame.y(pitch - 1)
        if pitch % 12 in BLACK_KEYS:
            draw.rectangle((left, upper, left + (right - left) * 0.62, lower), INK)
            draw.line((left, (upper + lower) / 2, right, (upper + lower) / 2), FRAME, 1)
            draw.rectangle((left, upper, left + (right - left) * 0.62, lower), INK)
        elif pitch % 12 in (0, 5):
            draw.line((left, lower, right, lower), FRAME, FINER)
        if pitch % 12 == 0:
            middle = (upper + lower) / 2 / FINER
            _write(draw, (KEYS_LEFT - 6, middle), f"C{pitch // 12 - 1}", FAINT_INK, 12, anchor="rm")
    draw.rectangle((left, frame.top, frame.right, frame.bottom), outline=FRAME, width=FINER)
    draw.line((right, frame.top, right, frame.bottom), FRAME, FINER)


def _write(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: Colour, size: int, *, anchor: str = "la"
) -> None:
    x, y = place
    draw.text((x * FINER, y * FINER), text, colour, _font(size * FINER), anchor=anchor)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow carries within it, so that pictures are the same everywhere."""
    return ImageFont.load_default(size)


def _deeper(colour: Colour, velocity: int) -> Colour:
    """The colour for a loud note, mixed with white for a soft one."""
    white = 0.62 * (1 - min(1.0, velocity / 96))
    red, green, blue = (round(part + (255 - part) * white) for part in colour)
    return red, green, blue
