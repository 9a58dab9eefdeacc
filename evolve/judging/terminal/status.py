"""The line that tells what sounds now, or what has just happened."""

from prompt_toolkit.utils import get_cwidth

from evolve.judging.terminal.facts import song_file
from evolve.judging.terminal.painting import Line, tail
from evolve.judging.terminal.view import View


def status_line(view: View, columns: int) -> Line:
    """What plays, with its path; else the notice; else nothing."""
    if view.notice:
        return [("class:notice", f" {view.notice}")]
    if view.playing is None:
        return []
    letter, index = view.candidates[view.playing[0]].letter, view.playing[1]
    song = next(each for each in view.candidates[view.playing[0]].songs if each.index == index)
    now = f" ♪ {letter}, song {index} "
    return [("class:playing", now), ("class:faint", f" {tail(song_file(song), columns - get_cwidth(now) - 1)}")]
