"""Orders as text: ``C > A = B > D ! E F`` and the ballot it stands for.

``>`` is "better than", ``=`` "as good as", ``!`` begins the rejected, who are separated by spaces or commas.
Candidates are named by letter or by id, in upper or lower case. An order names every candidate; ``...`` as its last
tier stands for all that it does not name, tied: ``C > A > ...``. Behind a name, each ``♥`` or ``+`` with a number makes
that sample of the candidate a favourite: ``C♥1♥3 > A ! g0-2+2``. Those whom ``...`` stands for have none.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from evolve.errors import BallotError, nearest_spelling, shortened
from evolve.records.ballot import Ballot, Favourite
from evolve.words import listed, worded

GivenRanking = str | Iterable[str | Iterable[str]]
"""How a program gives a ranking: as text, or as tiers."""

SampleNumbers = Mapping[str, Collection[int]]
"""The numbers of the samples of every candidate, by id."""

HEART = "♥"
PLAIN_HEART = "+"
"""What stands for a heart where none can be shown."""

_HEARTS = re.compile(" ?[♥❤+]\ufe0f? ?")
"""What is read as a heart, also as telephones write it."""

_REST = "..."
_NAMES_SHOWN = 30


def parse_order(text: str, letters: Mapping[str, str], samples: SampleNumbers, *, word: str = "sample") -> Ballot:
    """The ballot that an order stands for.

    Args:
        text: Such as ``c > a = b ! e`` or ``C > ...``; see the module for the grammar.
        letters: Letter to id of every candidate.
        samples: Which samples every candidate has, to be favourites.
        word: What a sample is called.

    Raises:
        BallotError: For a name unknown, named twice or left out, a sample that is not there, an empty tier, or text
            that is no order. One line: what came, what is allowed, what to do.
    """
    told = shortened(text.strip())
    text, favourites = _without_hearts(text, letters, samples, word)
    better, mark, worse = text.partition("!")
    if "!" in worse:
        raise BallotError(f'the order "{told}" has two "!"; put one, before all rejected, as in "A > B ! C D"')
    rejected_names = worse.replace(",", " ").split()
    _check_rejected(rejected_names, marked=bool(mark), text=told)
    tiers = _read_tiers(better, letters, told) if better.strip() else []
    rejected = [_read_name(name, letters) for name in rejected_names]
    return replace(_complete(tiers, rejected, letters), favourites=favourites)


def ballot_of(
    ranking: GivenRanking, rejected: Iterable[str], letters: Mapping[str, str], samples: SampleNumbers
) -> Ballot:
    """The ballot that a program's ranking stands for.

    Args:
        ranking: Tiers of names, best first: ``["C", ["A", "B"]]``, where ``"..."`` as the last stands for all the
            rest; or an order as text, which names the rejected itself.
        rejected: Names.
        letters: Letter to id of every candidate; either is a name.
        samples: Which samples every candidate has, to be favourites.

    Raises:
        BallotError: For a name unknown, named twice or left out, or what is no ranking.
    """
    if not isinstance(rejected, Iterable):
        raise BallotError(f'rejected={shortened(repr(rejected))}: must be names, such as ["D"]')
    refused = [rejected] if isinstance(rejected, str) else list(rejected)
    if isinstance(ranking, str):
        if refused:
            raise BallotError('an order as text names the rejected itself, behind "!", as in "C > A ! D"')
        return parse_order(ranking, letters, samples)
    try:
        given = [[tier] if isinstance(tier, str) else list(tier) for tier in ranking]
        tiers = [[_REST if name == _REST else _read_name(name, letters) for name in tier] for tier in given]
        ids = [_read_name(name, letters) for name in refused]
    except (TypeError, AttributeError) as error:
        raise BallotError(
            f'a ranking is a list of names, best first, or of lists of those tied, as in ["C", ["A", "B"]]; '
            f"got {shortened(repr(ranking))}"
        ) from error
    _check_rest_is_last(tiers, repr(ranking))
    return _complete(tiers, ids, letters)


def heart_in(encoding: str | None) -> str:
    """What is written for a heart in an encoding: a heart where it has one."""
    try:
        HEART.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN_HEART
    return HEART


def parse_sample(text: str) -> tuple[str, int] | None:
    """The name and the number in ``g0-3+2`` or ``g0-3♥2``; None when it is no such text."""
    name, *numbers = _HEARTS.sub(HEART, text.strip()).split(HEART)
    return (name, int(numbers[0])) if name and len(numbers) == 1 and _is_number(numbers[0]) else None


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
    named = [known[name] for name in re.split(r"[\s,>=!♥❤+]+", text.casefold()) if name in known]
    if named:
        raise BallotError(
            f"{_names(dict.fromkeys(named))} cannot be ranked, not being put before listeners: {rule}; "
            f"order those whom evolve rank --json lists, and let a run hear others with: "
            f"evolve start --set heard=N --set screening=RULE"
        )


def format_order(ballot: Ballot, letters: Mapping[str, str], *, heart: str = HEART) -> str:
    """The order that `parse_order` reads back as this ballot, in letters; a heart is `HEART` or `PLAIN_HEART`."""
    letter_of = {candidate: letter for letter, candidate in letters.items()}
    for candidate, sample in ballot.favourites:
        letter_of[candidate] += f"{heart}{sample}"
    tiers = " > ".join(" = ".join(letter_of[candidate] for candidate in tier) for tier in ballot.tiers)
    rejected = " ".join(letter_of[candidate] for candidate in ballot.rejected)
    return f"{tiers} ! {rejected}".strip() if rejected else tiers


def _without_hearts(
    text: str, letters: Mapping[str, str], samples: SampleNumbers, word: str
) -> tuple[str, tuple[Favourite, ...]]:
    """The order without its hearts, and the favourites that they make."""
    parts = re.split(r"([ ,>=!]+)", _HEARTS.sub(HEART, " ".join(text.split())))
    loved = [part for part in parts if HEART in part]
    favourites = dict.fromkeys(favourite for part in loved for favourite in _favourites(part, letters, samples, word))
    return "".join(part.partition(HEART)[0] for part in parts), tuple(favourites)


def _favourites(part: str, letters: Mapping[str, str], samples: SampleNumbers, word: str) -> list[Favourite]:
    """The samples of a name with hearts behind it, such as ``C♥1♥3``."""
    name, *numbers = part.split(HEART)
    if not name or name.replace("…", _REST) == _REST or not all(map(_is_number, numbers)):
        raise BallotError(
            f'a heart stands behind a candidate and before the number of a {word}, as in "C♥2" or "C+2"; '
            f'got "{shortened(part)}"'
        )
    candidate = _read_name(name, letters)
    return [(candidate, checked_sample(name, int(number), samples.get(candidate, ()), word)) for number in numbers]


def checked_sample(name: str, sample: int, samples: Collection[int], word: str) -> int:
    """The number of a sample that somebody has.

    Raises:
        BallotError: There is no such sample; tells which there are.
    """
    if sample in samples:
        return sample
    known = listed([str(number) for number in sorted(samples)])
    are = worded(len(samples), f"only {word} is", f"{word}s are")
    raise BallotError(f"{name} has no {word} {sample}; {f'its {are} {known}' if samples else f'it has no {word}s'}")


def _is_number(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{1,9}", text))


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
    _check_rest_is_last(tiers, f'"{text}"')
    return tiers


def _check_rest_is_last(tiers: list[list[str]], told: str) -> None:
    if [_REST] in tiers[:-1] or any(_REST in tier and len(tier) > 1 for tier in tiers):
        raise BallotError(f'"..." stands for all the rest and must be the last tier, as in "A > B > ..."; got {told}')


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
