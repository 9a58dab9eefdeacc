"""What is sent small: the page itself and drawings; sound goes as it is, in the parts that are asked for."""

from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.function_domain import FunctionDomain
from tests.page.tones import DRAWING, GENES, evaluate
from tests.page.visitors import Visitor, served


@pytest.mark.slow
def test_drawings_and_the_page_are_compressed_and_sound_is_not(tmp_path: Path) -> None:
    """For browsers that take it; who asks for a part of a file gets that part of what is on the disk."""
    small: dict[str, Any] = {"population": 2, "parents": 2, "generations": 1, "seed": 7}
    folder = tmp_path / "run"
    with evolve.Search(folder, GENES, domain=evaluate, engine="here", on_event=lambda _: None, **small) as search:
        next(iter(search))
    with served(folder, domain=FunctionDomain(evaluate)) as page:
        owner = page.owner()
        files = owner.session["candidates"][0]["samples"][0]["files"]
        for path in ("/static/main.js", files["roll"]["url"]):
            assert encoding_of(owner, path) == "gzip"
            assert encoding_of(owner, path, accepted="identity") == ""
        assert owner.client.get(files["roll"]["url"]).text == DRAWING
        assert encoding_of(owner, files["audio"]["url"]) == ""
        for kind in ("audio", "roll"):
            part = owner.client.get(files[kind]["url"], headers={"Range": "bytes=4-7"})
            assert (part.status_code, len(part.content)) == (206, 4)


def encoding_of(visitor: Visitor, path: str, accepted: str = "gzip") -> str:
    """How an answer was compressed."""
    answer = visitor.client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    return str(answer.headers.get("content-encoding", ""))
