"""Orders as text: ``C > A = B > D ! E F`` and the ballot it stands for.

``>`` is "better than", ``=`` "as good as", ``!`` begins the rejected, who are separated by spaces or commas.
Candidates are named by letter or by id, in upper or lower case. An order names every candidate; ``...`` as its last
tier stands for all that it does not name, tied: ``C > A > ...``.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from evolve.errors import BallotError, nearest_spelling, shortened
from evolve.judging.ballot import Ballot

_REST = "..."
_NAMES_SHOWN = 30


def parse_order(text: str, letters: Mapping[str, str]) -> Ballot:
    """The ballot that an order stands for.

    Args:
        text: Such as ``c > a = b ! e`` or ``C > ...``; see the module for the grammar.
        letters: Letter to id of every candidate.

    Raises:
        BallotError: For a name unknown, named twice or left out, an empty tier, or text that is no order. One line:
            what came, what is allowed, what to do.
    """
    better, mark, worse = text.partition("!")
    told = shortened(text.strip())
    if "!" in worse:
        raise BallotError(f'the order "{told}" has two "!"; put one, before all rejected, as in "A > B ! C D"')
    rejected_names = worse.replace(",", " ").split()
    _check_rejected(rejected_names, marked=bool(mark), text=told)
    tiers = _read_tiers(better, letters, told) if better.strip() else []
    rejected = [_read_name(name, letters) for name in rejected_names]
    return _complete(tiers, rejected, letters)


def check_heard(text: str, unheard: Collection[str], rule: str) -> None:
    """Check that an order names nobody whom listeners are not given to hear.

    Args:
        text: The order, as it was typed.
        unheard: Ids of the members of the generation who are no candidates.
        rule: How the candidates were chosen, in a line.

    Raises:
        BallotError: It does.
    """
    known = {one.casefold(): one for one in unheard}
    named = [known[name] for name in re.split(r"[\s,>=!]+", text.casefold()) if name in known]
    if named:
        raise BallotError(
            f"{_names(dict.fromkeys(named))} cannot be ranked, not being put before listeners: {rule}; "
            f"order those whom evolve rank --json lists, and let a run hear others with: "
            f"evolve start --set heard=N --set screening=RULE"
        )


def format_order(ballot: Ballot, letters: Mapping[str, str]) -> str:
    """The order that `parse_order` reads back as this ballot, in letters."""
    letter_of = {candidate: letter for letter, candidate in letters.items()}
    tiers = " > ".join(" = ".join(letter_of[candidate] for candidate in tier) for tier in ballot.tiers)
    rejected = " ".join(letter_of[candidate] for candidate in ballot.rejected)
    return f"{tiers} ! {rejected}".strip() if rejected else tiers


def _check_rejected(names: list[str], *, marked: bool, text: str) -> None:
    if marked and not names:
        raise BallotError(f'the order "{text}" rejects nobody after "!"; name the rejected or leave "!" out')
    for name in names:
        if set(name) & set(">="):
            raise BallotError(
                f'the rejected after "!" have no order, but there came "{shortened(name)}"; write them as "! E F"'
            )


def _read_tiers(better: str, letters: Mapping[str, str], text: str) -> list[list[str]]:
    parts = better.replace("…", _REST).split(">")
    tiers = [_read_tier(part, letters, text) for part in parts]
    if [_REST] in tiers[:-1] or any(_REST in tier and len(tier) > 1 for tier in tiers):
        raise BallotError(f'"..." stands for all the rest and must be the last tier, as in "A > B > ..."; got "{text}"')
    return tiers


def _read_tier(part: str, letters: Mapping[str, str], text: str) -> list[str]:
    names = [name.strip() for name in part.split("=")]
    if "" in names:
        raise BallotError(
            f'the order "{text}" has a ">" or "=" with nobody beside it; put a candidate on both sides, '
            'as in "B > A = C"'
        )
    return [_REST if name == _REST else _read_name(name, letters) for name in names]


def _read_name(name: str, letters: Mapping[str, str]) -> str:
    """The id behind a letter or an id."""
    ids = {candidate.casefold(): candidate for candidate in letters.values()}
    known = {letter.casefold(): candidate for letter, candidate in letters.items()}
    found = known.get(name.casefold()) or ids.get(name.casefold())
    if found:
        return found
    between = re.split(r"[\s,]+", name)
    if len(between) > 1:
        raise BallotError(
            f'nothing stands between "{shortened(between[0])}" and "{shortened(between[1])}"; put ">" (better than) or '
            f'"=" (as good as) there'
        )
    hint = nearest_spelling(name.casefold(), ids)
    raise BallotError(f'no candidate is called "{shortened(name)}"{hint}; allowed: {_names(letters)}')


def _complete(tiers: list[list[str]], rejected: list[str], letters: Mapping[str, str]) -> Ballot:
    """The ballot, once everyone is on it exactly once."""
    letter_of = {candidate: letter for letter, candidate in letters.items()}
    named = [*(candidate for tier in tiers for candidate in tier), *rejected]
    twice = [letter for letter, candidate in letters.items() if named.count(candidate) > 1]
    if twice:
        raise BallotError(f"the order names {_names(twice)} more than once; name each candidate once")
    missing = tuple(candidate for candidate in letter_of if candidate not in named)
    if [_REST] in tiers:
        tiers = [*tiers[:-1], list(missing)] if missing else tiers[:-1]
    elif missing:
        left_out = _names(letter_of[candidate] for candidate in missing)
        raise BallotError(
            f'the order leaves out {left_out}; name every candidate, or end with "> ..." to tie the rest last'
        )
    return Ballot(tuple(tuple(tier) for tier in tiers), tuple(rejected))


def _names(letters: Iterable[str]) -> str:
    """Letters for a message, cut when there are very many."""
    names = list(letters)
    return ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
