"""The options of `evolve compose`; what is not given is as the network plays, or as in the run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evolve.cli.options import complete_run


class Guard(StrEnum):
    """How songs are held back from going round in circles."""

    OFF = "off"
    GENTLE = "gentle"
    STRICT = "strict"


Network = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's name or folder, or a folder that evolve export wrote.",
        autocompletion=complete_run,
    ),
]
Bred = Annotated[
    str | None,
    typer.Argument(metavar="[INDIVIDUAL]", help="Whose network; the champion if left out.", show_default=False),
]
OpeningOfOnesOwn = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Begin with this music file; unset: the run's own opening.")
]
FromSong = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="SONG",
        help="Go on from a whole song of the run: g0-3+2 is song 2 of g0-3, whose network goes on unless INDIVIDUAL is "
        "named.",
        show_default=False,
    ),
]
FromScratch = Annotated[bool, typer.Option("--from-scratch", help="Begin without any opening.")]
MostNotes = Annotated[
    int | None,
    typer.Option(min=1, help="Most notes after the opening; a song may end before. Unset: as in the run."),
]
HowMany = Annotated[int, typer.Option(min=1, max=1000, help="How many songs.")]
Temperature = Annotated[
    float | None, typer.Option(min=0.01, max=10, help="Below 1 tamer, above 1 bolder; unset: as the network plays.")
]
TopP = Annotated[
    float | None,
    typer.Option(min=0.01, max=1, help="Choose among the likeliest of this probability; unset: as it plays."),
]
RepetitionGuard = Annotated[
    Guard | None, typer.Option(help="Hold songs back from going round in circles; unset: as it plays.")
]
Score = Annotated[bool, typer.Option("--score", help="Print each song as a score too.")]
OtherSeed = Annotated[int | None, typer.Option(min=0, help="Other numbers give other songs; unset: the run's.")]
ToFolder = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FOLDER", help="Write there; unset: composed/ in the run's folder."),
]
