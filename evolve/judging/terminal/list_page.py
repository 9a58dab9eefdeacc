"""The page on which candidates are moved into order."""

import itertools
from textwrap import wrap

from evolve.judging.ballot import Candidate
from evolve.judging.terminal.facts import HEADINGS, song_line, summary
from evolve.judging.terminal.keys import CONFIRM_HINTS, LIST_HINTS
from evolve.judging.terminal.painting import Fragment, Line, hints, padded, page, rule, spread, width
from evolve.judging.terminal.status import status_line
from evolve.judging.terminal.view import Page, View, in_words
from evolve.words import counted

_CELLS = (5, 6, 9, 7, 6, 5, 6)
"""Columns of each of the `HEADINGS`."""

_WIDE = 100
"""From so many columns on there is more air between the cells."""

_INDENT = 11
_SONG_INDENT = 6
_MOST_TOLD = 2
"""Lines of what is told above the list, at most."""

_ROWS_TO_TELL = 18
"""Of the screen, from which on there is room for them."""

_JOINT = " · "
"""What stands between two phrases of a song's line."""


def paint_list(view: View, columns: int, rows: int) -> Line:
    """The list, best first, with the songs of the candidate under the cursor below it."""
    below = _confirmation(view, columns) if view.overlay is Page.CONFIRM else _songs(view, columns)
    keys = CONFIRM_HINTS if view.overlay is Page.CONFIRM else LIST_HINTS
    foot = [status_line(view, columns), hints(keys, columns)]
    head = [_title(view, columns), *_told(view, columns, rows), [], _headings(view, columns)]
    standing = _rows(view, columns)
    room = rows - len(head) - len(foot)
    if len(standing) + 1 + len(below) > room and view.overlay is None:
        below = _chosen_song_only(view, columns)
    at = next((place for place, (each, _) in enumerate(standing) if each == view.cursor), 0)
    seen = _scrolled([line for _, line in standing], at, room - len(below) - 1)
    return page([*head, *seen, []], [*below, *foot], columns, rows)


def _title(view: View, columns: int) -> Line:
    steps = len(view.draft.steps)
    kept = f"{counted(steps, 'step')} kept" if steps else counted(len(view.candidates), "candidate")
    return spread(
        [("class:qmark", "? "), ("class:question", f"Rank {view.title}, best first")],
        [("class:faint", " · ".join(part for part in (view.listener, kept) if part))],
        columns,
    )


def _told(view: View, columns: int, rows: int) -> list[Line]:
    """What there is to know before listening; left out where the list needs the room."""
    lines = wrap(view.told, columns - 2)
    is_room = rows >= _ROWS_TO_TELL and len(lines) <= _MOST_TOLD
    return [[("class:faint", f"  {line}")] for line in lines] if is_room else []


def _headings(view: View, columns: int) -> Line:
    cells = _cells(HEADINGS, columns)
    songs = "song" if view.songs_each == 1 else "songs"
    return [("class:faint", " " * _INDENT + cells + _gap(columns) + songs)]


def _cells(texts: tuple[str, ...], columns: int) -> str:
    """The facts' columns, right-aligned; ranges stand with their dashes in line."""
    cells = [
        padded(_around_dash(text) if heading == "range" else text, size, right=True)
        for heading, text, size in zip(HEADINGS, texts, _CELLS, strict=True)
    ]
    return _gap(columns).join(cells)


def _around_dash(text: str) -> str:
    """A range with each of its pitches in four columns."""
    low, dash, high = text.partition("–")
    return f"{low:>4}{dash}{high:<4}" if dash else f"{text}  "


def _gap(columns: int) -> str:
    return "    " if columns >= _WIDE else "  "


def _rows(view: View, columns: int) -> list[tuple[str, Line]]:
    """A line for each candidate, with its id; the rejected under a line of their own."""
    ballot, ranks = view.draft.ballot, view.draft.ballot.ranks
    lines: list[tuple[str, Line]] = []
    for tier in ballot.tiers:
        for place, each in enumerate(tier):
            rank: list[Fragment] = [("class:tie", _bracket(place, len(tier)))]
            is_equal = bool(place) and ranks[each] == ranks[tier[place - 1]]
            rank.append(("class:tie", "   =") if is_equal else ("", f"{ranks[each]:>4}"))
            lines.append((each, _row(view, view.candidates[each], rank, columns)))
    if ballot.rejected:
        lines.append(("", [("", "  "), *rule("rejected", min(columns - 2, 40))]))
    cross = [("class:cross", "    ✗")]
    return [
        *lines,
        *((each, _row(view, view.candidates[each], cross, columns, rejected=True)) for each in ballot.rejected),
    ]


def _bracket(place: int, size: int) -> str:
    """What joins the tied: the top, a middle or the end of a bracket."""
    if size == 1:
        return " "
    return "╭" if place == 0 else "╰" if place == size - 1 else "│"


def _row(view: View, candidate: Candidate, rank: list[Fragment], columns: int, *, rejected: bool = False) -> Line:
    here = candidate.id == view.cursor
    letter = "class:rejected" if rejected else "class:chosen" if here else "class:letter"
    facts = f"{'class:faint' if rejected else ''} {'class:current' if here else ''}"
    line: Line = [
        ("class:pointer", "» " if here else "  "),
        *rank,
        ("", "  "),
        (letter, candidate.letter),
        (facts, " " * max(0, 2 - len(candidate.letter)) + _cells(summary(candidate), columns)),
        ("", _gap(columns)),
    ]
    return [*line, *_heard(view, candidate, columns - width(line))]


def _heard(view: View, candidate: Candidate, columns: int) -> Line:
    """A dot for each song: filled once it was played, a note while it sounds, a heart where it is loved."""
    dots: Line = []
    gap = " " if 2 * len(candidate.songs) <= columns else ""
    for song in candidate.songs:
        key = (candidate.id, song.index)
        playing, heard = key == view.playing, key in view.heard
        if view.loves(*key) and not playing:
            dots.append(("class:heart", f"♥{gap}"))
            continue
        style = "class:playing" if playing else "" if heard else "class:faint"
        dots.append((style, ("♪" if playing else "●" if heard else "○") + gap))
    return dots


def _songs(view: View, columns: int) -> list[Line]:
    """All songs of the candidate under the cursor; what is cut of the chosen one's line follows below it."""
    lines = songs_of(view, view.candidate, chosen=True)
    song = view.current_song
    if song and (more := _cut_off(song_line(song), columns - _SONG_INDENT)):
        lines.insert(view.song, [("", " " * _SONG_INDENT + more)])
    return [rule(view.candidate.letter, columns), *lines]


def _cut_off(line: str, columns: int) -> str:
    """The phrases of a line that are not seen whole where there are so many columns."""
    phrases = line.split(_JOINT)
    ends = itertools.accumulate(len(phrase) + len(_JOINT) for phrase in phrases)
    whole = sum(end - len(_JOINT) <= columns - 1 for end in ends)
    return "" if len(line) <= columns else _JOINT.join(phrases[whole:])


def _chosen_song_only(view: View, columns: int) -> list[Line]:
    lines = songs_of(view, view.candidate, chosen=True)
    return [rule(view.candidate.letter, columns), *lines[view.song - 1 : view.song]]


def songs_of(view: View, candidate: Candidate, *, chosen: bool) -> list[Line]:
    """A line of facts for each song of a candidate; the chosen song stands out where that is asked for."""
    lines: list[Line] = []
    for song in candidate.songs:
        here = chosen and song.index == view.song
        playing = (candidate.id, song.index) == view.playing
        lines.append(
            [
                ("class:playing" if playing else "class:pointer", f" {'♪' if playing else '▸' if here else ' '} "),
                ("class:chosen" if here else "class:faint", f"{song.index}"),
                ("class:heart", "♥ " if view.loves(candidate.id, song.index) else "  "),
                ("" if here else "class:faint", song_line(song)),
            ]
        )
    return lines


def _confirmation(view: View, columns: int) -> list[Line]:
    """The order in words, and the question whether it is right."""
    words = wrap(in_words(view.draft.ballot, view.letters), max(20, columns - 4))
    return [
        rule("Your order", columns),
        *([("class:answer", f"  {line}")] for line in words),
        [],
        [("class:qmark", "? "), ("class:question", "Is this your order? "), ("class:faint", "(Y/n)")],
    ]


def _scrolled(lines: list[Line], at: int, room: int) -> list[Line]:
    """As many lines as there is room for, the one at the cursor among them, with a count of those out of sight."""
    if len(lines) <= room:
        return lines
    room = max(room, 3)
    first = min(max(at - room // 2, 0), len(lines) - room)
    seen = lines[first : first + room]
    above, below = first + 1, len(lines) - first - room + 1
    if first and at != first:
        seen[0] = [("class:faint", f"       ↑ {above} more")]
    if below > 1 and at != first + room - 1:
        seen[-1] = [("class:faint", f"       ↓ {below} more")]
    return seen
