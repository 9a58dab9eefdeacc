"""What a page says that was heard, checked; and what it is told of that again."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from evolve.errors import shortened
from evolve.page.refusals import Refusal
from evolve.records.ballot import Candidate, ListeningLog, Playback, samples_of

_MOST_PLAYS: Final = 1_000
_MOST_S: Final = 86_400.0


def heard_generation(said: Mapping[str, Any]) -> int | None:
    """In which generation it was heard; None where that is not said.

    Raises:
        Refusal: It is no number of a generation.
    """
    number = said.get("generation")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
        raise Refusal(400, f"{shortened(str(number))} is no number of a generation")
    return number


def read_plays(said: Mapping[str, Any], candidates: Sequence[Candidate]) -> ListeningLog:
    """What was heard since it was told last, by ids.

    Raises:
        Refusal: It makes no sense, or is about nobody here.
    """
    plays = said.get("plays", [])
    if not isinstance(plays, list) or len(plays) > _MOST_PLAYS:
        raise Refusal(400, "plays are a list of what was heard")
    ids = {one.letter: one.id for one in candidates}
    numbers = samples_of(candidates)
    heard = ListeningLog(active_s=_number(said.get("active_s", 0.0), _MOST_S))
    for one in plays:
        heard = heard.plus(ListeningLog(playbacks=(_playback(one, ids, numbers),)))
    return heard


def heard_document(log: ListeningLog, ids: Mapping[str, str]) -> dict[str, dict[str, dict[str, float]]]:
    """What was heard by letter and number, of those who have a letter here."""
    letters = {name: letter for letter, name in ids.items()}
    told: dict[str, dict[str, dict[str, float]]] = {}
    for one in log.playbacks:
        if one.id in letters:
            played = {"plays": one.plays, "seconds": one.seconds}
            told.setdefault(letters[one.id], {})[str(one.sample)] = played
    return told


def _playback(said: object, ids: Mapping[str, str], numbers: Mapping[str, Sequence[int]]) -> Playback:
    told = said if isinstance(said, dict) else {}
    letter, sample = told.get("letter"), told.get("sample")
    name = ids.get(letter) if isinstance(letter, str) else None
    if name is None or not isinstance(sample, int) or sample not in numbers[name]:
        raise Refusal(400, f"there is no sample {shortened(str(sample))} of {shortened(str(letter))}")
    plays = _number(told.get("plays", 0), _MOST_PLAYS)
    return Playback(name, sample, int(plays), round(_number(told.get("seconds", 0.0), _MOST_S), 3))


def _number(value: object, most: float) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not (math.isfinite(value) and 0 <= value <= most)
    ):
        raise Refusal(400, f"{shortened(str(value))} is no number from 0 to {most:,.0f}")
    return float(value)
