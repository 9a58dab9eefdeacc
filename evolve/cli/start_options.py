"""The options of `evolve start`; their help tells the defaults, because a space may set others."""

from enum import StrEnum
from typing import Annotated

import typer

from evolve.cli.options import complete_corpus, complete_space


class JudgeKind(StrEnum):
    """Where the listener ranks."""

    TERMINAL = "terminal"
    NONE = "none"


JudgeOption = Annotated[
    JudgeKind | None,
    typer.Option(
        "--judge",
        help="Where you rank: prompts in this terminal, or none: stop and say which command to give next. "
        "Unset: the terminal where there is one.",
        show_default=False,
    ),
]
SpaceFile = Annotated[
    str,
    typer.Option(
        "--space",
        metavar="FILE",
        autocompletion=complete_space,
        help="The search space: a YAML file, or the name of one that ships with evolve: quick.yaml, duet.yaml, "
        "events.yaml, lstm.yaml, paper.yaml.",
    ),
]
Corpora = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        metavar="NAME|FOLDER",
        autocompletion=complete_corpus,
        show_default=False,
        help="What to learn from: bach-chorales, fiddle-tunes, or a folder of MIDI, MusicXML, ABC or kern files. "
        "Give it several times to mix.",
    ),
]
RunName = Annotated[
    str | None, typer.Option("--name", metavar="RUN", help="What to call the run; unset: after the space.")
]
Population = Annotated[int | None, typer.Option(help="Networks in a generation. [default: 8]")]
Parents = Annotated[int | None, typer.Option(help="How many of the best may become parents. [default: 3]")]
Elites = Annotated[int | None, typer.Option(help="How many of the best are heard again. [default: 1]")]
Generations = Annotated[int | None, typer.Option(help="Generations to hear. [default: 5]")]
Songs = Annotated[int | None, typer.Option(help="Songs that you hear of each network. [default: 5]")]
Notes = Annotated[
    int | None, typer.Option(help="Most notes of each song after the opening; it may end before. [default: 500]")
]
OpeningFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Begin every song with this music file; unset: a held-out piece's start."),
]
Seed = Annotated[int | None, typer.Option(help="All chance derives from it. [default: 0]")]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default=False,
        help="Any other setting, such as epochs=20, seconds=60, temperature=0.9, exploration=0.8.",
    ),
]
