"""MusicXML engraved as SVG; the only home of verovio.

One page as long as the music, as wide as A4: scores are looked at on screens, where one scrolls and turns no pages. For
paper a notation program opens the MusicXML, and makes pages of the size that is there. verovio nests spans within text
of size 0, which some programs do not show, and sets the note of a tempo mark in a music font, which hardly any machine
has: both are made plain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import verovio

from evolve.errors import EvolveError

SVG: Final = "{http://www.w3.org/2000/svg}"
XLINK: Final = "{http://www.w3.org/1999/xlink}"

MUSIC_FONT: Final = "Leipzig"
UNITS_PER_EM: Final = 1000
SPACE_EM: Final = 0.28
"""How wide the space is between music glyphs and text, in sizes of the text's font."""

GLYPH_SIZE: Final = 0.8
RAISED_EM: Final = 0.3
"""Music glyphs are drawn a little smaller than verovio means to, and lines with them stand higher, in sizes of their
font: they would touch the staff."""

PLACE: Final = ("x", "y", "text-anchor")


@dataclass(frozen=True, slots=True)
class _TextRun:
    """Characters of one size in one place.

    Attributes:
        place: Where the line begins that they belong to, as attributes of SVG.
        text: One or more characters.
        size: Of the font, in the page's units.
        is_music: Whether they are glyphs of the music font.
    """

    place: tuple[tuple[str, str], ...]
    text: str
    size: float
    is_music: bool


def make_text_plain(page: ET.Element, fonts: Path) -> None:
    """Put simple texts in the places of nested ones, and outlines in those of music glyphs."""
    glyphs = _Glyphs(page, fonts)
    for parent in list(page.iter()):
        for element in parent.findall(f"{SVG}text"):
            at = list(parent).index(element)
            parent[at : at + 1] = list(_plain(element, glyphs))


class _Glyphs:
    """The outlines of the music font that a page uses, kept among its definitions."""

    def __init__(self, page: ET.Element, fonts: Path) -> None:
        self._definitions = page.find(f"{SVG}defs")
        self._fonts = fonts
        self._advances: dict[str, float] = {}

    def advance_em(self, character: str) -> float:
        """How far the next glyph is from this one, in sizes of the font."""
        if not self._advances:
            font = ET.parse(self._fonts / f"{MUSIC_FONT}.xml")  # noqa: S314 -- a file of the installed package
            self._advances = {g.attrib["c"]: float(g.attrib["h-a-x"]) / UNITS_PER_EM for g in font.iter("g")}
        return self._advances[_code(character)]

    def use(self, character: str, x: float, y: float, size: float) -> ET.Element:
        """The glyph of a character at a place, in a font of some size."""
        name = f"text-{_code(character)}"
        if self._definitions is not None and self._definitions.find(f"{SVG}g[@id='{name}']") is None:
            file = self._fonts / MUSIC_FONT / f"{_code(character)}.xml"
            outline = ET.parse(file).getroot()[0]  # noqa: S314 -- a file of the installed package
            ET.SubElement(self._definitions, f"{SVG}g", id=name).append(_in_svg(outline))
        scale = size / UNITS_PER_EM
        place = f"translate({x:g}, {y:g}) scale({scale:g}, {scale:g})"
        return ET.Element(f"{SVG}use", {f"{XLINK}href": f"#{name}", "transform": place})


def _code(character: str) -> str:
    return f"{ord(character):04X}"


def _in_svg(element: ET.Element) -> ET.Element:
    """The element as one of SVG: the font's files name no namespace."""
    return ET.Element(f"{SVG}{element.tag}", element.attrib)


def _plain(text: ET.Element, glyphs: _Glyphs) -> Iterator[ET.Element]:
    """The lines of a text, each an element, with the music glyphs at its beginning before it."""
    for place, line in groupby(_runs(text, (), 0.0, is_music=False), key=lambda run: run.place):
        attributes = dict(place)
        x, y = float(attributes.get("x", 0)), float(attributes.get("y", 0))
        words: list[_TextRun] = []
        for run in line:
            if run.is_music and not words:
                size = GLYPH_SIZE * run.size
                y -= RAISED_EM * size if x == float(attributes.get("x", 0)) else 0
                for character in run.text.replace("\xa0", " ").replace(" ", ""):
                    yield glyphs.use(character, x, y, size)
                    x += size * glyphs.advance_em(character)
            else:
                words.append(run)
        written = "".join(run.text for run in words).replace("\xa0", " ")
        if written.strip():
            x += SPACE_EM * words[0].size * (written[0] == " ")
            place_and_size = {"x": f"{x:g}", "y": f"{y:g}", "font-size": f"{words[0].size:g}px"}
            element = ET.Element(f"{SVG}text", {**attributes, **place_and_size})
            element.text = written.strip()
            yield element


def _runs(
    element: ET.Element, place: tuple[tuple[str, str], ...], size: float, *, is_music: bool
) -> Iterator[_TextRun]:
    """The runs of a text or span and of the spans within it, in reading order."""
    own = tuple((name, element.attrib[name]) for name in PLACE if name in element.attrib)
    place = own or place
    size = float(element.attrib.get("font-size", f"{size}px").removesuffix("px"))
    is_music = element.attrib.get("font-family", MUSIC_FONT if is_music else "") == MUSIC_FONT
    if element.text:
        yield _TextRun(place, element.text, size, is_music)
    for span in element.findall(f"{SVG}tspan"):
        yield from _runs(span, place, size, is_music=is_music)


PAGE_WIDTH: Final = 2100
"""In tenths of a millimetre: A4."""

LONGEST_PAGE: Final = 60_000
"""As far as verovio goes; longer music is several such pages, one below the other."""

NATURAL_WIDTH_PX: Final = 1050
"""How wide a program shows it that is told nothing else: staves a finger's breadth high."""

OPTIONS: Final = {
    "pageWidth": PAGE_WIDTH,
    "pageHeight": LONGEST_PAGE,
    "adjustPageHeight": True,
    "footer": "none",
    "svgViewBox": True,
    "svgFormatRaw": True,
    "smuflTextFont": "none",  # its glyphs become outlines, which show everywhere
}

ET.register_namespace("", SVG[1:-1])
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def engrave(musicxml: bytes) -> str:
    """A score as SVG, all music glyphs as outlines within it, the same for the same score.

    Titles, names and numbers are text in whatever font with serifs there is.

    Raises:
        EvolveError: If it is no MusicXML.
    """
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.resetXmlIdSeed(1)
    toolkit.setOptions(OPTIONS)
    if not toolkit.loadData(musicxml.decode()) or not toolkit.getPageCount():
        raise EvolveError("the score cannot be engraved: it is not MusicXML; write it again")
    glyphs = Path(toolkit.getResourcePath())
    pages = [_page(toolkit.renderToSVG(number + 1), glyphs) for number in range(toolkit.getPageCount())]
    return ET.tostring(_stacked(pages), encoding="unicode") + "\n"


def _page(svg: str, glyphs: Path) -> ET.Element:
    """A page with texts that every program can show."""
    page = ET.fromstring(svg)  # noqa: S314 -- what verovio has just written
    make_text_plain(page, glyphs)
    return page


def _stacked(pages: list[ET.Element]) -> ET.Element:
    """The pages below each other on white paper: one document, in which every name stands for one thing."""
    sizes = [[float(number) for number in page.attrib["viewBox"].split()[2:]] for page in pages]
    width, height = sizes[0][0], sum(page_height for _, page_height in sizes)
    score = ET.Element(
        f"{SVG}svg",
        {
            "id": pages[0].attrib["id"],  # by which the style sheet finds what it is for
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{NATURAL_WIDTH_PX}",
            "height": f"{NATURAL_WIDTH_PX * height / width:.0f}",
        },
    )
    paper = {"width": f"{width:g}", "height": f"{height:g}", "style": "fill:white;stroke:none"}
    ET.SubElement(score, f"{SVG}rect", paper)
    defined: set[str] = set()
    top = 0.0
    for page, (_, page_height) in zip(pages, sizes, strict=True):
        page.attrib.pop("id")
        page.attrib.update({"y": f"{top:g}", "width": f"{width:g}", "height": f"{page_height:g}"})
        _leave_out_doubles(page, defined, is_first=page is pages[0])
        score.append(page)
        top += page_height
    return score


def _leave_out_doubles(page: ET.Element, defined: set[str], *, is_first: bool) -> None:
    """Take from a page the glyphs that an earlier page has defined, and all headings but the first."""
    definitions = page.find(f"{SVG}defs")
    for glyph in list(definitions) if definitions is not None else []:
        if glyph.attrib["id"] in defined and definitions is not None:
            definitions.remove(glyph)
        defined.add(glyph.attrib["id"])
    if not is_first:
        for parent in list(page.iter()):
            for heading in [child for child in parent if "pgHead" in child.attrib.get("class", "")]:
                parent.remove(heading)
