"""The colours of a piano roll's picture.

Those of tracks are of the palette of Okabe & Ito, "Color universal design" (2008), which people of all kinds of colour
vision can tell apart; its yellow is left out, since nobody sees it on paper, and its black, which is for words.
"""

Colour = tuple[int, int, int]
"""Red, green and blue, 0 .. 255."""

PAPER, INK, FAINT_INK = (255, 255, 255), (45, 50, 66), (132, 139, 158)
WHITE_ROW, BLACK_ROW = (252, 252, 254), (244, 246, 250)
OCTAVE_LINE, BAR_LINE, BEAT_LINE, FRAME = (214, 219, 231), (208, 214, 227), (236, 239, 246), (198, 204, 219)
OPENING_SHADE, OPENING_EDGE, OPENING_INK = (253, 244, 222), (230, 170, 60), (160, 106, 14)
OPENING_BLACK_ROW, OPENING_NOTE = (249, 237, 208), (150, 144, 134)

BLUE, VERMILLION, BLUISH_GREEN = (0, 114, 178), (213, 94, 0), (0, 158, 115)
REDDISH_PURPLE, ORANGE, SKY_BLUE = (204, 121, 167), (230, 159, 0), (86, 180, 233)
TRACK_COLOURS: tuple[Colour, ...] = (BLUE, VERMILLION, BLUISH_GREEN, REDDISH_PURPLE, ORANGE, SKY_BLUE)

LOUD_VELOCITY = 96
PALEST = 0.55
PALE = 0.8


def track_colour(number: int) -> Colour:
    """The colour of a track by its number, from 0; a seventh has the first one's."""
    return TRACK_COLOURS[number % len(TRACK_COLOURS)]


def deeper(colour: Colour, velocity: int) -> Colour:
    """A colour for a velocity of 1 .. 127: itself for a loud note, paler the softer."""
    return _with_white(colour, PALEST * (1 - min(1.0, velocity / LOUD_VELOCITY)))


def pale(colour: Colour) -> Colour:
    """A tint of a colour, for what it has an edge around."""
    return _with_white(colour, PALE)


def _with_white(colour: Colour, white: float) -> Colour:
    red, green, blue = (round(part + (255 - part) * white) for part in colour)
    return red, green, blue
