"""Lines of styled text: cut to the screen's width, never wrapped."""

from collections.abc import Iterable, Sequence

from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

Fragment = tuple[str, str]
"""A style and a text."""

Line = list[Fragment]

STYLE = Style(
    [
        # The colours of questionary, so that its questions and our pages look like one hand's work.
        ("qmark", "fg:#5f819d"),
        ("question", "bold"),
        ("answer", "fg:#ff9d00 bold"),
        ("pointer", "fg:#ff9d00 bold"),
        ("letter", "bold"),
        ("chosen", "fg:#ff9d00 bold"),
        ("current", "bold"),
        ("faint", "fg:#858585"),
        ("tie", "fg:#5f819d bold"),
        ("rejected", "fg:#858585 strike"),
        ("cross", "fg:#c05050"),
        ("playing", "fg:#5faf5f bold"),
        ("heart", "fg:#d75f87 bold"),
        ("key", "bold"),
        ("notice", "fg:#5f819d"),
    ]
)


def width(line: Iterable[Fragment]) -> int:
    """How many columns a line takes."""
    return sum(get_cwidth(text) for _, text in line)


def fit(line: Iterable[Fragment], columns: int) -> Line:
    """The line, its end replaced by ``…`` where it is too long for the columns."""
    line = list(line)
    if width(line) <= columns:
        return line
    kept: Line = []
    left = columns - 1
    for style, text in line:
        part = _head(text, left)
        kept.append((style, part))
        left -= get_cwidth(part)
        if part != text:
            break
    return [*kept, ("class:faint", "…")] if columns > 0 else []


def spread(left: Line, right: Line, columns: int) -> Line:
    """Both ends of a line; the right one goes when there is no room for it."""
    gap = columns - width(left) - width(right)
    return [*left, ("", " " * gap), *right] if gap > 1 else fit(left, columns)


def rule(text: str, columns: int, style: str = "class:faint") -> Line:
    """A horizontal line with a word in it."""
    head: Line = [(style, "── "), ("class:letter", text), (style, " ")] if text else []
    return fit([*head, (style, "─" * max(0, columns - width(head)))], columns)


def hints(pairs: Sequence[tuple[str, str]], columns: int) -> Line:
    """Keys and what they do; where there is no room, those before the last three go first."""
    pairs = list(pairs)
    while len(pairs) > 1 and width(_hints(pairs)) > columns:
        del pairs[max(-4, -len(pairs))]
    return fit(_hints(pairs), columns)


def _hints(pairs: Sequence[tuple[str, str]]) -> Line:
    line: Line = []
    for key, does in pairs:
        line += [("", "  " if line else ""), ("class:key", key), ("class:faint", f" {does}")]
    return line


def tail(text: str, columns: int) -> str:
    """The end of a text that is too long, such as a path, whose end tells most."""
    if get_cwidth(text) <= columns:
        return text
    return f"…{_head(text[::-1], columns - 1)[::-1]}" if columns > 0 else ""


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text in a cell of so many columns, cut when it must be."""
    text = "".join(part for _, part in fit([("", text)], columns))
    space = " " * (columns - get_cwidth(text))
    return space + text if right else text + space


def page(body: Sequence[Line], foot: Sequence[Line], columns: int, rows: int) -> Line:
    """The whole screen as one run of fragments: the body at the top, the foot at the bottom, all lines cut."""
    room = max(0, rows - len(foot))
    lines = [*body[:room], *([[]] * (room - len(body))), *foot][-rows:] if rows else []
    painted: Line = []
    for number, line in enumerate(lines):
        painted += [*fit(line, columns), ("", "\n" if number < len(lines) - 1 else "")]
    return painted


def _head(text: str, columns: int) -> str:
    """As much of a text as fits."""
    taken = 0
    for place, character in enumerate(text):
        taken += get_cwidth(character)
        if taken > columns:
            return text[:place]
    return text
