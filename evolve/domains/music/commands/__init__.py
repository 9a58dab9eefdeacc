"""The commands of music, the options that it adds to `evolve start`, and its checks for `evolve doctor`."""

from evolve.domains.music.commands.options import OPTIONS
from evolve.terminal.domain_commands import DomainCommands

_HERE = "evolve.domains.music.commands"

COMMANDS = DomainCommands(
    commands={"compose": f"{_HERE}.composing:compose", "export": f"{_HERE}.exporting:export"},
    groups={"corpus": f"{_HERE}.corpus:corpus"},
    options=OPTIONS,
    checks=f"{_HERE}.checks:checks",
    afterwards="more songs: evolve compose {run}   keep a network: evolve export {run} ID FOLDER",
)
