"""What MkDocs cannot do by itself: pages that take in a document of the repository's root, and links between both.

A line ``<!-- whole: README.md -->`` or ``<!-- section: README.md: Settings -->`` stands for that document, or for the
part of it under that heading. A link that leads out of this folder leads to the page that took the document in; where
none did, its words stay and the link goes.
"""

import posixpath
import re
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "spaces-and-settings.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "results.md",
    "benchmarks/RESULTS.md": "results.md",
    "cluster/README.md": "how-to/cluster.md",
    "docs/decisions": "decisions/index.md",
}
"""The pages that hold documents of the repository's root."""

_INCLUSION = re.compile(r"^<!-- (?:whole: (?P<whole>\S+)|section: (?P<part>\S+): (?P<title>.+?)) -->$", re.MULTILINE)
_LINK = re.compile(r"(?P<image>!?)\[(?P<words>[^\]]*)\]\((?P<path>[^)#:\s]+)(?P<anchor>#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Called by MkDocs with the text of each page before it is rendered."""
    page_path = posixpath.join("docs", page.file.src_uri)
    own = _with_links_led(markdown, page_path, page_path)
    return _INCLUSION.sub(lambda found: _with_links_led(*_included(found), page_path), own)


def _included(found: re.Match[str]) -> tuple[str, str]:
    """The text that is taken in, and the path of its document."""
    path = found["whole"] or found["part"]
    text = (ROOT / path).read_text()
    if found["title"] is None:
        return text, path
    return text.split(f"## {found['title']}\n", 1)[1].split("\n## ", 1)[0].strip(), path


def _with_links_led(text: str, document: str, page: str) -> str:
    return _LINK.sub(partial(_led, posixpath.dirname(document), posixpath.dirname(page)), text)


def _led(document_folder: str, page_folder: str, link: re.Match[str]) -> str:
    """A link of a document, as a page has to have it."""
    target = posixpath.normpath(posixpath.join(document_folder, link["path"]))
    target = posixpath.join("docs", PAGES[target]) if target in PAGES else target
    if not (ROOT / target).is_file() or not target.startswith("docs/"):
        return link["words"]
    return f"{link['image']}[{link['words']}]({posixpath.relpath(target, page_folder)}{link['anchor'] or ''})"
