"""The pages: the list in which candidates are moved into order, the pairs, the keys, and a sample as it is drawn."""

import itertools
from collections.abc import Sequence
from textwrap import wrap

from prompt_toolkit.formatted_text import ANSI, split_lines, to_formatted_text
from prompt_toolkit.utils import get_cwidth

from evolve.errors import EvolveError
from evolve.judging.pairwise import Question, questions_asked, questions_left
from evolve.judging.terminal.keys import BINDINGS, CONFIRM_HINTS, HELP_HINTS
from evolve.judging.terminal.painting import Fragment, Line, hints, padded, page, rule, spread, tail, width
from evolve.judging.terminal.view import ScreenPage, View, in_words, told_path
from evolve.presentation import Column, columns_of
from evolve.records.ballot import Candidate, CandidateSample
from evolve.words import counted

_WIDE = 100
"""From so many columns on there is more air between the cells."""

_INDENT = 11
_SAMPLE_INDENT = 6
_MOST_TOLD = 2
"""Lines of what is told above the list, at most."""

_ROWS_TO_TELL = 18
"""Of the screen, from which on there is room for them."""

_JOINT = " · "
"""What stands between two phrases of a sample's line."""


def paint_list(view: View, columns: int, rows: int) -> Line:
    """The list, best first, with the samples of the candidate under the cursor below it."""
    is_asked = view.overlay is ScreenPage.CONFIRM
    below = _confirmation(view, columns) if is_asked else _samples(view, columns)
    keys = CONFIRM_HINTS if is_asked else view.wording.list_hints
    foot = [_status_line(view, columns), hints(keys, columns)]
    head = [_title(view, columns), *_told(view, columns, rows), [], _headings(view, columns)]
    lines = _rows(view, columns)
    room = rows - len(head) - len(foot)
    if len(lines) + 1 + len(below) > room and view.overlay is None:
        below = _chosen_only(view, columns)
    at = next((place for place, (each, _) in enumerate(lines) if each == view.cursor), 0)
    seen = _scrolled([line for _, line in lines], at, room - len(below) - 1)
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
    cells = _cells([(column, column.heading) for column in _columns(view)], columns)
    word = view.wording.sample
    return [("class:faint", " " * _INDENT + cells + _gap(columns) + (word if view.most_samples == 1 else f"{word}s"))]


def _columns(view: View) -> Sequence[Column]:
    return columns_of(view.presentation, [one.facts for each in view.candidates.values() for one in each.samples])


def summary(view: View, candidate: Candidate) -> list[tuple[Column, str]]:
    """What stands beside a candidate, of all its samples together."""
    facts = [sample.facts for sample in candidate.samples]
    return [(column, column.text(facts)) for column in _columns(view)]


def _cells(texts: Sequence[tuple[Column, str]], columns: int) -> str:
    """The columns, right-aligned, or with the sign in line at which they are aligned."""
    cells = [padded(_aligned(column, text), column.width, right=True) for column, text in texts]
    return _gap(columns).join(cells)


def _aligned(column: Column, text: str) -> str:
    if not column.align_at:
        return text
    half = (column.width - 1) // 2
    before, sign, after = text.partition(column.align_at)
    return f"{before:>{half}}{sign}{after:<{half}}" if sign else f"{text}  "


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
        (facts, " " * max(0, 2 - len(candidate.letter)) + _cells(summary(view, candidate), columns)),
        ("", _gap(columns)),
    ]
    return [*line, *_heard(view, candidate, columns - width(line))]


def _heard(view: View, candidate: Candidate, columns: int) -> Line:
    """A dot for each sample: filled once it was played, a mark while it is, a heart where it is loved."""
    dots: Line = []
    gap = " " if 2 * len(candidate.samples) <= columns else ""
    for sample in candidate.samples:
        key = (candidate.id, sample.index)
        playing, heard = key == view.playing, key in view.heard
        if view.loves(*key) and not playing:
            dots.append(("class:heart", f"♥{gap}"))
            continue
        style = "class:playing" if playing else "" if heard else "class:faint"
        dots.append((style, (view.wording.mark if playing else "●" if heard else "○") + gap))
    return dots


def _samples(view: View, columns: int) -> list[Line]:
    """All samples of the candidate under the cursor; what is cut of the chosen one's line follows below it."""
    lines = _sample_lines(view, view.candidate, chosen=True)
    sample = view.sample
    if sample and (more := _cut_off(view.presentation.describe(sample.facts), columns - _SAMPLE_INDENT)):
        lines.insert(view.number, [("", " " * _SAMPLE_INDENT + more)])
    return [rule(view.candidate.letter, columns), *lines]


def _cut_off(line: str, columns: int) -> str:
    """The phrases of a line that are not seen whole where there are so many columns."""
    phrases = line.split(_JOINT)
    ends = itertools.accumulate(len(phrase) + len(_JOINT) for phrase in phrases)
    whole = sum(end - len(_JOINT) <= columns - 1 for end in ends)
    return "" if len(line) <= columns else _JOINT.join(phrases[whole:])


def _chosen_only(view: View, columns: int) -> list[Line]:
    lines = _sample_lines(view, view.candidate, chosen=True)
    return [rule(view.candidate.letter, columns), *lines[view.number - 1 : view.number]]


def _sample_lines(view: View, candidate: Candidate, *, chosen: bool) -> list[Line]:
    """A line of facts for each sample of a candidate; the chosen one stands out where that is asked for."""
    lines: list[Line] = []
    for sample in candidate.samples:
        here = chosen and sample.index == view.number
        playing = (candidate.id, sample.index) == view.playing
        mark = view.wording.mark if playing else "▸" if here else " "
        lines.append(
            [
                ("class:playing" if playing else "class:pointer", f" {mark} "),
                ("class:chosen" if here else "class:faint", f"{sample.index}"),
                ("class:heart", "♥ " if view.loves(candidate.id, sample.index) else "  "),
                ("" if here else "class:faint", view.presentation.describe(sample.facts)),
            ]
        )
    return lines


def _confirmation(view: View, columns: int) -> list[Line]:
    """The order in words, and the question whether it is right."""
    words = wrap(in_words(view.draft.ballot, view.letters, view.wording.sample), max(20, columns - 4))
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


_BAR = 16


def paint_pairs(view: View, question: Question, columns: int, rows: int) -> Line:
    """Two candidates with their samples, and how many questions may still come."""
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
    return page(body, [_status_line(view, columns), hints(view.wording.pairs_hints, columns)], columns, rows)


def _side(view: View, candidate: str, columns: int, room: int) -> list[Line]:
    """One candidate of the pair, with as many of its samples as there is room for, the chosen one among them."""
    here = candidate == view.cursor
    head: Line = [
        ("class:pointer", "» " if here else "  "),
        *rule(view.candidates[candidate].letter, columns - 2, "class:pointer" if here else "class:faint"),
    ]
    samples = _sample_lines(view, view.candidates[candidate], chosen=here)
    first = min(max(0, view.number - room), max(0, len(samples) - room))
    return [head, *samples[first : first + max(1, room)]]


def _bar(done: int, whole: int) -> Line:
    """Progress, as a bar of `_BAR` cells."""
    full = round(_BAR * done / whole) if whole else _BAR
    return [("class:pointer", "━" * full), ("class:faint", "─" * (_BAR - full))]


_KEYS_WIDTH = 12
_drawn: dict[tuple[object, ...], list[Line]] = {}
"""Previews, for a page is painted twice a second."""

_MOST_DRAWN = 64


def paint_help(view: View, columns: int, rows: int) -> Line:
    """Every key and what it does, and what the columns of the list mean where there is room to tell."""
    word = view.wording
    lines: list[Line] = [
        [("", " "), ("class:key", padded(entry.shown, _KEYS_WIDTH)), ("", word.filled(entry.help))]
        for entry in BINDINGS
        if entry.shown
    ]
    meanings = [(column.heading, column.help) for column in _columns(view) if column.help]
    meanings.append((f"○ {word.mark} ● ♥", word.marks))
    told: list[Line] = [[("", " "), ("class:faint", padded(name, _KEYS_WIDTH)), ("", text)] for name, text in meanings]
    if len(lines) + len(told) + 4 < rows:
        lines += [[], *told]
    head: list[Line] = [[("class:qmark", "? "), ("class:question", "The keys")]]
    if len(lines) + 3 < rows:
        head.append([])
    return page([*head, *lines], [hints(HELP_HINTS, columns)], columns, rows)


def paint_preview(view: View, columns: int, rows: int) -> Line:
    """The chosen sample of the candidate under the cursor, as its domain draws it."""
    sample, word = view.sample, view.wording.sample
    title: Line = [("class:qmark", "? "), ("class:question", f"{view.candidate.letter}, {word} {view.number}")]
    title += [("class:heart", " ♥")] if view.loves(view.cursor, view.number) else []
    facts: Line = [("class:faint", f"  {view.presentation.describe(sample.facts) if sample else f'no such {word}'}")]
    drawn = _preview(view, sample, columns, max(1, rows - 4)) if sample else []
    foot = [_status_line(view, columns), hints(view.wording.preview_hints, columns)]
    return page([title, facts, *drawn], foot, columns, rows)


def _preview(view: View, sample: CandidateSample, columns: int, rows: int) -> list[Line]:
    """The picture of a sample, or why there is none."""
    key = (*sample.files.values(), columns, rows)
    if key not in _drawn:
        if len(_drawn) >= _MOST_DRAWN:
            _drawn.clear()
        try:
            text = view.presentation.preview(sample.files, sample.facts, columns, rows)
        except (EvolveError, OSError) as error:
            return [[("class:notice", f" {error}")]]
        if text is None:
            return [[("class:notice", f" there is nothing to draw of this {view.wording.sample}")]]
        _drawn[key] = [
            [(style, words) for style, words, *_ in line] for line in split_lines(to_formatted_text(ANSI(text)))
        ]
    return _drawn[key]


def _status_line(view: View, columns: int) -> Line:
    """What plays, with its path; else the notice; else nothing."""
    if view.notice:
        return [("class:notice", f" {view.notice}")]
    if view.playing is None:
        return []
    letter, index = view.candidates[view.playing[0]].letter, view.playing[1]
    sample, word = view.sample_at(view.playing), view.wording
    now = f" {word.mark} {letter}, {word.sample} {index} "
    path = told_path(view.presentation, sample) if sample else ""
    return [("class:playing", now), ("class:faint", f" {tail(path, columns - get_cwidth(now) - 1)}")]
