"""The page that asks which of two candidates is better."""

from evolve.judging.pairwise import Question, questions_asked, questions_left
from evolve.judging.terminal.keys import PAIRS_HINTS
from evolve.judging.terminal.list_page import songs_of
from evolve.judging.terminal.painting import Line, hints, page, rule, spread
from evolve.judging.terminal.status import status_line
from evolve.judging.terminal.view import View

_BAR = 16


def paint_pairs(view: View, question: Question, columns: int, rows: int) -> Line:
    """Two candidates with their songs, and how many questions may still come."""
    asked = questions_asked(view.draft.ids, view.draft.answers)
    most = asked + questions_left(view.draft.ids, view.draft.answers)
    body: list[Line] = [
        spread(
            [("class:qmark", "? "), ("class:question", "Which do you like better?")],
            [*_bar(asked, most), ("class:faint", f" question {asked + 1} of at most {most}")],
            columns,
        ),
        [],
    ]
    room = (rows - len(body) - 2) // 2 - 2
    for each in (question.a, question.b):
        body += [*_side(view, each, columns, room), []]
    return page(body, [status_line(view, columns), hints(PAIRS_HINTS, columns)], columns, rows)


def _side(view: View, candidate: str, columns: int, room: int) -> list[Line]:
    """One candidate of the pair, with as many of its songs as there is room for, the chosen one among them."""
    here = candidate == view.cursor
    head: Line = [
        ("class:pointer", "» " if here else "  "),
        *rule(view.candidates[candidate].letter, columns - 2, "class:pointer" if here else "class:faint"),
    ]
    songs = songs_of(view, view.candidates[candidate], chosen=here)
    first = min(max(0, view.song - room), max(0, len(songs) - room))
    return [head, *songs[first : first + max(1, room)]]


def _bar(done: int, whole: int) -> Line:
    """Progress, as a bar of `_BAR` cells."""
    full = round(_BAR * done / whole) if whole else _BAR
    return [("class:pointer", "━" * full), ("class:faint", "─" * (_BAR - full))]
