"""MusicXML engraved as SVG; the only home of verovio.

One page as long as the music, as wide as A4: scores are looked at on screens, where one scrolls and turns no pages.
For paper a notation program opens the MusicXML, and makes pages of the size that is there.
"""

from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import verovio

from evolve.errors import EvolveError
from evolve.music.score.svg_text import make_text_plain

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

SVG: Final = "{http://www.w3.org/2000/svg}"
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
