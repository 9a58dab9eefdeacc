"""Judging line by line, for terminals that cannot do more."""

from collections.abc import Callable, Sequence

from evolve.errors import BallotError
from evolve.judging.ballot import Ballot, Candidate, songs_of
from evolve.judging.order import HEART, format_order, parse_order
from evolve.judging.terminal.facts import song_file, song_line
from evolve.judging.terminal.view import in_words
from evolve.words import counted

HOW_TO_ORDER = "C+2 > A = B ! D  (> better, = as good, ! rejected; +2: you love its song 2)"


def judge_by_lines(
    candidates: Sequence[Candidate],
    *,
    title: str,
    told: str = "",
    so_far: Ballot | None,
    heart: str = HEART,
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
    write("Type nothing to do it later.")
    while True:
        try:
            text = read_line("Your order: ").strip()
            if not text:
                return None
            ballot = parse_order(text, letters, songs_of(candidates)).keeping_favourites_of(before)
            if _agreed(ballot, letters, read_line):
                return ballot
        except BallotError as error:
            write(str(error))
        except EOFError:
            return None


def describe(candidates: Sequence[Candidate], title: str, told: str = "") -> list[str]:
    """Lines that tell of each candidate's songs, and where their files are."""
    lines = [f"Rank {title}: {counted(len(candidates), 'candidate')}.", *([told] if told else [])]
    for candidate in candidates:
        lines += ["", candidate.letter]
        for song in candidate.songs:
            lines += [f"  {song.index}  {song_line(song)}", f"     {song_file(song)}"]
    return [*lines, ""]


def _agreed(ballot: Ballot, letters: dict[str, str], read_line: Callable[[str], str]) -> bool:
    answer = read_line(f"{in_words(ballot, letters)} Is this your order? (Y/n) ")
    return answer.strip().lower() in ("", "y", "yes")
