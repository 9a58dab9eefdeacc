"""Judging line by line, for terminals that cannot do more."""

import re
import sys
from collections.abc import Callable

from evolve.errors import BallotError, RunError, shortened
from evolve.judging.order import HEART, format_order, parse_order
from evolve.judging.terminal.view import More, View, in_words, told_path
from evolve.records.ballot import Ballot, CandidateSample
from evolve.words import counted

_MORE = re.compile(r"more\s+(\S+)", re.IGNORECASE)
"""What asks for one more sample."""


def how_to_order(word: str) -> str:
    """An order to take after, and what its signs mean."""
    return f"C+2 > A = B ! D  (> better, = as good, ! rejected; +2: you love its {word} 2)"


def _write(line: str) -> None:
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


def _read_line(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def judge_by_lines(
    view: View,
    *,
    more: More,
    heart: str = HEART,
    read_line: Callable[[str], str] = _read_line,
    write: Callable[[str], None] = _write,
) -> Ballot | None:
    """Tells of the candidates, and asks for an order until one can be read and is agreed to.

    Args:
        view: The candidates, and an ordering begun before; an order that names no favourites keeps its.
        more: Gives a candidate one more sample, by its id; None when it has no other.
        heart: What is shown for a heart.
        read_line: Shows a question and returns what was typed; `EOFError` at the end of the input.
        write: Shows one line.

    Returns:
        The ballot, or None when the listener types nothing, or the input ends.
    """
    word = view.wording.sample
    for line in describe(view):
        write(line)
    if view.draft.steps:
        write(f"Your order so far: {format_order(view.draft.ballot, view.letters, heart=heart)}")
    write(f"Type your order, best first, such as  {how_to_order(word)}")
    write(f"Type more C for one more {word} of C, nothing to do it later.")
    while True:
        try:
            text = read_line("Your order: ").strip()
            if not text:
                return None
            if asked := _MORE.fullmatch(text):
                view = _with_more(view, asked[1], more, write)
                continue
            ballot = parse_order(text, view.letters, view.numbers, word=word)
            ballot = ballot.keeping_comments_and_favourites_of(view.draft.ballot)
            answer = read_line(f"{in_words(ballot, view.letters, word)} Is this your order? (Y/n) ")
            if answer.strip().lower() in ("", "y", "yes"):
                return ballot
        except (BallotError, RunError) as error:
            write(str(error))
        except EOFError:
            return None


def _with_more(view: View, letter: str, more: More, write: Callable[[str], None]) -> View:
    """With one more sample of a candidate, of which is told; the same where there is none."""
    asked = next((one for one in view.candidates.values() if one.letter.casefold() == letter.casefold()), None)
    if asked is None:
        raise BallotError(f'no candidate is called "{shortened(letter)}"; more wants a letter, as in: more C')
    fuller = more(asked.id)
    if fuller is None:
        write(f"{asked.letter} has no more {view.wording.sample}s.")
        return view
    for line in _sample_lines(view, fuller.samples[-1]):
        write(line)
    return view.with_more(fuller)


def describe(view: View) -> list[str]:
    """Lines that tell of each candidate's samples, and where their files are."""
    lines = [f"Rank {view.title}: {counted(len(view.candidates), 'candidate')}.", *([view.told] if view.told else [])]
    for candidate in view.candidates.values():
        lines += ["", candidate.letter]
        for sample in candidate.samples:
            lines += _sample_lines(view, sample)
    return [*lines, ""]


def _sample_lines(view: View, sample: CandidateSample) -> list[str]:
    return [
        f"  {sample.index}  {view.presentation.describe(sample.facts)}",
        f"     {told_path(view.presentation, sample)}",
    ]
