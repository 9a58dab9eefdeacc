"""What of a run's samples lies inside the page, and what beside it."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote

from evolve.errors import EvolveError
from evolve.presentation import Presentation, type_of
from evolve.records.run import SampleRecord
from evolve.store.names import name_from

MB = 1_000_000
DEFAULT_MB = 20
"""What lies inside a page: mail takes it, and a browser opens it at once."""

_MOST_TEXT = 200_000
"""Bytes of a text or an HTML document, of which one reads no more in a report."""

_SHOWN = {"audio": "audio", "image": "image", "video": "video"}
_NOT_PLAYED = ("audio/midi", "audio/x-midi")

Read = Callable[[str], bytes]
"""A file of the run by its path in the run folder; raises `EvolveError` or `OSError` where it is lost."""


@dataclass(frozen=True, slots=True)
class SampleFileView:
    """One file of a sample as the page has it.

    Attributes:
        kind: What the domain calls it, such as ``audio``.
        shown: ``audio``, ``image``, ``video``, ``html`` or ``text``; ``file`` for what a browser cannot show, and
            ``absent`` for what is not there.
        type: Its media type.
        url: A data URI, or where it lies beside the page; empty for text, HTML and what is absent.
        text: Of text and HTML the content; of what is absent where it is, or why it is not there.
        name: Under which it is saved.
    """

    kind: str
    shown: str
    type: str
    url: str = ""
    text: str = ""
    name: str = ""


@dataclass(slots=True)
class PageMedia:
    """Takes the files of samples, those first that are to lie inside, until the page is full; the others lie beside it.

    Attributes:
        presentation: How the domain tells of samples.
        read: Reads a file of the run.
        most: Bytes that lie inside, as they are written there.
        folder: The name of the folder beside the page; empty where there is none, and what does not fit is left out.
        beside: The names in that folder, each with the path in the run folder.
        left_out: How many files are neither inside nor beside.
    """

    presentation: Presentation
    read: Read
    most: int = DEFAULT_MB * MB
    folder: str = ""
    beside: dict[str, str] = field(default_factory=dict)
    left_out: int = 0
    _inside: int = 0

    def parts(self, individual: str, sample: SampleRecord) -> tuple[SampleFileView, ...]:
        """The files of a sample, the one to judge first, then what is shown, then what can be saved."""
        kinds = [kind for kind in self.presentation.media if kind in sample.files]
        kinds += [kind for kind in sample.files if kind not in kinds]
        parts = [self._part(individual, kind, sample.files[kind]) for kind in kinds]
        return tuple(sorted(parts, key=lambda part: part.shown in {"file", "absent"}))

    def _part(self, individual: str, kind: str, relative: str) -> SampleFileView:
        type_ = type_of(self.presentation, kind, relative)
        shown, name = shown_as(type_), f"{individual}-{PurePosixPath(relative).name}"
        try:
            data = self.read(relative)
        except (EvolveError, OSError):
            return SampleFileView(kind, "absent", type_, text=f"{relative} is lost", name=name)
        if shown in {"text", "html"}:
            return self._written(kind, shown, type_, name, data)
        url = f"data:{type_};base64,{base64.b64encode(data).decode('ascii')}"
        if self._takes(len(url)):
            return SampleFileView(kind, shown, type_, url, name=name)
        if self.folder:
            place = self._place(name, relative)
            return SampleFileView(kind, shown, type_, quote(f"{self.folder}/{place}"), name=place)
        self.left_out += 1
        return SampleFileView(kind, "absent", type_, text=f"{relative} in the run folder", name=name)

    def _written(self, kind: str, shown: str, type_: str, name: str, data: bytes) -> SampleFileView:
        """A text or an HTML document, which never lies beside: opened there, it could run its scripts."""
        if len(data) > _MOST_TEXT or not self._takes(len(data)):
            self.left_out += 1
            return SampleFileView(kind, "absent", type_, text=f"{name} is too long to be shown here", name=name)
        return SampleFileView(kind, shown, type_, text=data.decode("utf-8", "replace"), name=name)

    def _takes(self, size: int) -> bool:
        """Whether so many bytes more fit inside; if so, they are counted."""
        if self._inside + size > self.most:
            return False
        self._inside += size
        return True

    def _place(self, name: str, relative: str) -> str:
        """A name in the folder beside that nothing else has."""
        stem, suffix = name_from(PurePosixPath(name).stem), PurePosixPath(name).suffix
        place, number = f"{stem}{suffix}", 1
        while self.beside.get(place, relative) != relative:
            number += 1
            place = f"{stem}-{number}{suffix}"
        self.beside[place] = relative
        return place


def shown_as(type_: str) -> str:
    """How a page shows a media type: ``audio``, ``image``, ``video``, ``html``, ``text``, or ``file``."""
    if type_ in _NOT_PLAYED:
        return "file"
    if type_ in {"text/html", "application/xhtml+xml"}:
        return "html"
    if type_ == "application/json":
        return "text"
    return "text" if type_.startswith("text/") else _SHOWN.get(type_.partition("/")[0], "file")


def is_safe_to_open(type_: str) -> bool:
    """Whether a file may be opened by itself: a drawing in SVG, as a document, would run its scripts."""
    return "svg" not in type_ and "xml" not in type_


def first_image(presentation: Presentation, files: Mapping[str, str]) -> tuple[str, str] | None:
    """The path and the media type of the first picture among the files of a sample; None where there is none."""
    types = ((path, type_of(presentation, kind, path)) for kind, path in files.items())
    return next(((path, type_) for path, type_ in types if shown_as(type_) == "image"), None)
