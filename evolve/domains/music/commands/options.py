"""The settings of music that are options of `evolve start`, and how the shell completes them."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer


def complete_corpus(incomplete: str) -> Iterator[str]:
    """Names of built-in corpora."""
    return (name for name in ("bach-chorales", "fiddle-tunes") if name.startswith(incomplete))


OPTIONS: dict[str, Any] = {
    "corpus": Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FOLDER", autocompletion=complete_corpus, show_default=False,
            help="What to learn from: bach-chorales, fiddle-tunes, or a folder of MIDI, MusicXML, ABC or kern files. "
            "Give it several times to mix.",
        ),
    ],
    "songs": Annotated[int | None, typer.Option(help="Songs that you hear of each network. [default: 5]")],
    "notes": Annotated[
        int | None, typer.Option(help="Most notes of each song after the opening; it may end before. [default: 500]")
    ],
    "opening": Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Begin every song with this music file; unset: a held-out piece's start."),
    ],
}  # fmt: skip
"""By the name of the setting, as typer takes them."""
