"""The options of `evolve compose`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from evolve.terminal.options import complete_run

RunOrExport = Annotated[
    str,
    typer.Argument(
        metavar="RUN", autocompletion=complete_run,
        help="A run's name or folder, or a folder that evolve export wrote.",
    ),
]  # fmt: skip
Whose = Annotated[
    str | None,
    typer.Argument(metavar="[INDIVIDUAL]", help="Whose network; the champion if left out.", show_default=False),
]  # fmt: skip
OpeningFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Begin with this music file; unset: the run's own opening.")
]  # fmt: skip
FromSong = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="SONG", show_default=False,
        help="Go on from a whole song of the run: g0-3+2 is song 2 of g0-3, whose network goes on unless "
        "INDIVIDUAL is named.",
    ),
]  # fmt: skip
FromScratch = Annotated[bool, typer.Option("--from-scratch", help="Begin without any opening.")]
MostNotes = Annotated[
    int | None,
    typer.Option(min=1, help="Most notes after the opening; a song may end before. Unset: as in the run."),
]  # fmt: skip
SongCount = Annotated[
    int | None, typer.Option(min=1, max=1000, help="How many songs. [default: 5]", show_default=False)
]  # fmt: skip
Pick = Annotated[
    int | None,
    typer.Option(
        min=1, max=100, show_default=False,
        help="Keep this many of more songs: those that the run's listeners are expected to like most, and that "
        "differ from each other.",
    ),
]  # fmt: skip
PickedFrom = Annotated[
    int | None,
    typer.Option(
        min=1, max=1000, show_default=False,
        help="With --pick: how many songs are composed; unset: 40 for each, 200 at most.",
    ),
]  # fmt: skip
PickedFor = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="With --pick: who is to like them; unset: all who have ranked."),
]  # fmt: skip
Temperature = Annotated[
    float | None, typer.Option(min=0.01, max=10, help="Below 1 tamer, above 1 bolder; unset: as the network plays.")
]  # fmt: skip
TopP = Annotated[
    float | None,
    typer.Option(min=0.01, max=1, help="Choose among the likeliest of this probability; unset: as it plays."),
]  # fmt: skip
Guard = Annotated[
    Literal["off", "gentle", "strict"] | None,
    typer.Option(help="Hold songs back from going round in circles; unset: as it plays."),
]  # fmt: skip
WithScore = Annotated[bool, typer.Option("--score", help="Print each song as a score too.")]
PlayedBy = Annotated[
    str | None,
    typer.Option(
        metavar="auto|none|FILE", show_default=False,
        help="Whose instruments play: the system's SoundFont, evolve's own, or a SoundFont; unset: as in the run.",
    ),
]  # fmt: skip
SongSeed = Annotated[
    int | None, typer.Option(min=0, help="Other numbers give other songs; unset: the run's.")
]  # fmt: skip
BuildCode = Annotated[
    str | None,
    typer.Option(metavar="FILE.py:NAME", help="The code that builds the run's networks, where it is your own."),
]  # fmt: skip
OutputFolder = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FOLDER", help="Write there; unset: composed/ in the run's folder."),
]  # fmt: skip
