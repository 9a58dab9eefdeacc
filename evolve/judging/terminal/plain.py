"""Judging line by line, for terminals that cannot do more."""

import re
from collections.abc import Callable, Sequence

from evolve.errors import BallotError, RunError, shortened
from evolve.judging.ballot import Ballot, Candidate, CandidateSong, songs_of
from evolve.judging.order import HEART, format_order, parse_order
from evolve.judging.terminal.facts import song_file, song_line
from evolve.judging.terminal.view import in_words
from evolve.words import counted

_MORE = re.compile(r"more\s+(\S+)", re.IGNORECASE)
"""What asks for one more song."""

HOW_TO_ORDER = "C+2 > A = B ! D  (> better, = as good, ! rejected; +2: you love its song 2)"


def judge_by_lines(
    candidates: Sequence[Candidate],
    *,
    title: str,
    told: str = "",
    so_far: Ballot | None,
    heart: str = HEART,
    more: Callable[[str], Candidate | None] = lambda _: None,
    read_line: Callable[[str], str],
    write: Callable[[str], None],
) -> Ballot | None:
    """Tells of the candidates, and asks for an order until one can be read and is agreed to.

    Args:
        candidates: In the order of their letters.
        title: Which songs these are.
        told: What there is to know before listening; may be empty.
        so_far: An ordering made before and not finished, to remind of; an order that names no favourites keeps its.
        heart: What is shown for a heart.
        more: Gives a candidate one more song, by its id; None when it has no other.
        read_line: Shows a question and returns what was typed; `EOFError` at the end of the input.
        write: Shows one line.

    Returns:
        The ballot, or None when the listener types nothing, or the input ends.
    """
    letters = {candidate.letter: candidate.id for candidate in candidates}
    before = so_far or Ballot(())
    for line in describe(candidates, title, told):
        write(line)
    if so_far is not None:
        write(f"Your order so far: {format_order(so_far, letters, heart=heart)}")
    write(f"Type your order, best first, such as  {HOW_TO_ORDER}")
    write("Type more C for one more song of C, nothing to do it later.")
    while True:
        try:
            text = read_line("Your order: ").strip()
            if not text:
                return None
            if asked := _MORE.fullmatch(text):
                candidates = _with_more(candidates, asked[1], more, write)
                continue
            ballot = parse_order(text, letters, songs_of(candidates)).keeping_favourites_of(before)
            if _agreed(ballot, letters, read_line):
                return ballot
        except (BallotError, RunError) as error:
            write(str(error))
        except EOFError:
            return None


def _with_more(
    candidates: Sequence[Candidate],
    letter: str,
    more: Callable[[str], Candidate | None],
    write: Callable[[str], None],
) -> Sequence[Candidate]:
    """The candidates, one of them with one more song, of which is told; the same where there is none."""
    asked = next((one for one in candidates if one.letter.casefold() == letter.casefold()), None)
    if asked is None:
        raise BallotError(f'no candidate is called "{shortened(letter)}"; more wants a letter, as in: more C')
    fuller = more(asked.id)
    if fuller is None:
        write(f"{asked.letter} has no more songs.")
        return candidates
    for line in _song_lines(fuller.songs[-1]):
        write(line)
    return [fuller if one is asked else one for one in candidates]


def describe(candidates: Sequence[Candidate], title: str, told: str = "") -> list[str]:
    """Lines that tell of each candidate's songs, and where their files are."""
    lines = [f"Rank {title}: {counted(len(candidates), 'candidate')}.", *([told] if told else [])]
    for candidate in candidates:
        lines += ["", candidate.letter]
        for song in candidate.songs:
            lines += _song_lines(song)
    return [*lines, ""]


def _song_lines(song: CandidateSong) -> list[str]:
    return [f"  {song.index}  {song_line(song)}", f"     {song_file(song)}"]


def _agreed(ballot: Ballot, letters: dict[str, str], read_line: Callable[[str], str]) -> bool:
    answer = read_line(f"{in_words(ballot, letters)} Is this your order? (Y/n) ")
    return answer.strip().lower() in ("", "y", "yes")
