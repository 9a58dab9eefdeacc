"""Small pieces with the rarer signs of each format, as they should be: mutations are made of them."""

from collections.abc import Iterator
from typing import Final

from tests.fuzz.kinds import Input, Kind
from tests.fuzz.made_up_scores import archive

ABC_BOOK: Final = """%abc-2.1
X:1
T:Voices
M:3/4
L:1/8
%%score (1 2)
K:Dmix
V:1
!fermata!A2>B2 (3cde|[M:2/4]f4 & [K:G]d2 B2|[V:2] D4|[V:1]Z2|"Am"{/g}a2-a2:|
w: la la _ la
V:2 clef=bass transpose=-12
D,6|D,4 & F,2 A,2|[D,F,]4-|[D,F,]4|z4|

X:1
T:Same number
M:C|
L:1/4
K:^f _b
|:c<d (5:4:5c/d/e/f/g/ [1 c2 d2:|[2 c4|]
"""

KERN: Final = """!!!OTL: Spines
**kern\t**kern
*clefF4\t*clefG2
*M3/4\t*M3/4
=1\t=1
4C\t4c 4e
*\t*^
!\t!one\t!two
4D\t4d\t8f
.\t.\t8g
*\t*v\t*v
4E\t[4e
*x\t*x
=2\t=2
2.c]\t2.EE
*-\t*-
"""

_NOTE: Final = "<note>{}<pitch><step>C</step><octave>4</octave></pitch><duration>{}</duration>{}</note>"
TIMEWISE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><score-timewise version="4.0"><part-list><score-part id="P1"><part-name>Horn'
    '</part-name></score-part></part-list><measure number="1"><part id="P1"><attributes><divisions>2</divisions><time>'
    "<beats>3+2</beats><beat-type>8</beat-type></time><transpose><diatonic>-4</diatonic><chromatic>-7</chromatic></transpose>"
    "</attributes>"
    + _NOTE.format("", 3, "<voice>1</voice>")
    + _NOTE.format("<cue/>", 2, "<voice>1</voice>")
    + "<backup><duration>5</duration></backup><forward><duration>1</duration></forward>"
    + _NOTE.format("", 4, "<voice>2</voice>") * 2
    + "</part></measure></score-timewise>"
)

CONTAINER: Final = '<container><rootfiles><rootfile full-path="deep/score.xml"/></rootfiles></container>'

_TRACKS: Final = (
    b"\0\xff\x21\1\1\0\xc0\x13\0\x90\x3c\x50\x60\x3c\x50\x60\x3c\0\x60\x40\x50\0\xff\x2f\0",
    b"\0\x90\x30\x50\x60\x80\x3c\0\x60\x30\0\0\xff\x2f\0",
)
HANGING_MIDI: Final = b"MThd\0\0\0\6\0\2\0\2\0\x60" + b"".join(
    b"MTrk" + len(track).to_bytes(4, "big") + track for track in _TRACKS
)


def written_inputs(kind: Kind) -> Iterator[Input]:
    """Those of a kind of music."""
    if kind is Kind.ABC:
        yield Input(kind, ".abc", ABC_BOOK.encode())
    elif kind is Kind.KERN:
        yield Input(kind, ".krn", KERN.encode())
    elif kind is Kind.MIDI:
        yield Input(kind, ".mid", HANGING_MIDI)
    elif kind is Kind.MUSICXML:
        yield Input(kind, ".musicxml", TIMEWISE.encode())
        files = {"META-INF/container.xml": CONTAINER, "decoy.xml": "<a/>", "deep/score.xml": TIMEWISE}
        yield Input(kind, ".mxl", archive({name: text.encode() for name, text in files.items()}))
