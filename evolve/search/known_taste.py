"""What is known of a run's listeners, in words: what one more generation may bring, and how far to believe that."""

import math
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Final

from evolve.guidance.earlier import EarlierTaste
from evolve.judging.rank_correlation import Concordance
from evolve.words import counted, listed, minutes_in_words

_MUCH_THE_SAME: Final = 0.5
_PARTLY_THE_SAME: Final = 0.2
"""From this tau on two like much the same, or partly; below, different things."""

_STEPS: Final = {0.1: "hardly more", 0.3: "a little more", 0.7: "clearly more", math.inf: "much more"}
"""What gains below each are called."""

_USUAL_DIFFERENCE: Final = 2 / math.sqrt(math.pi)
"""Of two normal utilities, in standard deviations, on average."""


@dataclass(frozen=True, slots=True)
class KnownListener:
    """What a model says of a listener.

    Attributes:
        name: Whose model it is.
        noise: The standard deviation of what they perceive, where that of their liking is 1.
        consistency: How often they would say the same again of two individuals, from 0.5 to 1.
        consistency_range: The least and the most of that which their rankings allow.
        foretold: The pairs of newcomers on their ballots, and how many of these the model had guessed right at birth.
        best: The id of whom they are expected to like most so far.
        chance: How likely they like one of the next children more, from 0 to 1; None where there are no such children.
        gain: By how much more on average, where the standard deviation of their liking is 1; None like `chance`.
        chosen: How many children of the newest ranked generation were chosen for them.
        earlier: How the rankings of an earlier run fare with them; None where the run was begun without such.
    """

    name: str
    noise: float
    consistency: float
    consistency_range: tuple[float, float]
    foretold: Concordance
    best: str
    chance: float | None
    gain: float | None
    chosen: int
    earlier: EarlierTaste | None = None

    @property
    def is_untested(self) -> bool:
        """Whether the model has guessed nothing yet that was ranked afterwards."""
        return not self.foretold.pairs

    @property
    def is_doubtful(self) -> bool:
        """Whether its guesses came right no more often than chance may have it."""
        return not self.is_untested and not self.foretold.is_beyond_chance

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        told = {name: value for name, value in asdict(self).items() if name not in ("foretold", "earlier")}
        earlier = self.earlier and {
            "rankings": self.earlier.rankings, "used": self.earlier.is_used, **_pairs_of(self.earlier.found)
        }  # fmt: skip
        beyond = self.foretold.is_beyond_chance
        return {**told, "foretold": {**_pairs_of(self.foretold), "beyond_chance": beyond}, "earlier": earlier}


@dataclass(frozen=True, slots=True)
class LikeMindedness:
    """How far two listeners like the same: Kendall's tau-b of what each is expected to like of all who were heard."""

    listeners: tuple[str, str]
    tau: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a run's listeners, and what one more generation may bring.

    Attributes:
        listeners: In the order of their first ballots.
        agreements: Of each two of them.
        ballots: How many it was learned from.
        chosen_in: The newest ranked generation of which children were chosen; None where there is none.
        next_generation: The index of the generation that chances speak of.
        is_born: Whether that is born already.
        judging_s: Seconds that it will take each listener; None where no time of theirs was noted.
        trials_s: Seconds that its trials will take, one after the other; None before one has ended.
        work: What trials do, such as ``training and composing``.
        has_person: Whether a person has judged.
        earlier_run: The run whose taste this one was begun with; empty: none.
    """

    listeners: tuple[KnownListener, ...]
    agreements: tuple[LikeMindedness, ...]
    ballots: int
    chosen_in: int | None
    next_generation: int
    is_born: bool
    judging_s: float | None
    trials_s: float | None
    work: str
    has_person: bool
    earlier_run: str = ""

    @property
    def in_words(self) -> tuple[str, ...]:
        """All that is known, a sentence each."""
        told = (*self.doubt_in_words, *self.next_in_words, *self.agreement_in_words, *self.earlier_in_words)
        return (*told, *map(self._consistency_in_words, self.listeners))

    @property
    def doubt_in_words(self) -> tuple[str, ...]:
        """Of each listener of whom the model knows next to nothing that it does, and by what that shows."""
        return tuple(
            f"The model knows next to nothing of {self._whose(one)} taste yet: of {one.foretold.pairs:,} pairs whose "
            f"order it had guessed, {one.foretold.right:,} came out so, no more than chance may have it."
            for one in self.listeners
            if one.is_doubtful
        )

    @property
    def next_in_words(self) -> tuple[str, ...]:
        """Such as ``One more generation: 31% chance of something you like more than g2-4 (…), for about 6 minutes …``.

        Nothing where no children can be chosen.
        """
        known = [one for one in self.listeners if one.chance is not None]
        if not known:
            return ()
        costs = [
            *([f"{minutes_in_words(self.judging_s)} of judging"] if self.judging_s is not None else []),
            *([f"{minutes_in_words(self.trials_s)} of {self.work} on one worker"] if self.trials_s is not None else []),
        ]
        which = f"Generation {self.next_generation}" if self.is_born else "One more generation"
        untested = "; no ranking has tested that yet" if any(one.is_untested for one in known) else ""
        hopes = listed([self._hope(one) for one in known])
        return (f"{which}: {hopes}{f', for {listed(costs)}' if costs else ''}{untested}.",)

    def _hope(self, one: KnownListener) -> str:
        likes = f"something {self._who(one, 'like', 'likes')} more than {one.best}"
        if one.is_doubtful or one.chance is None or one.gain is None:
            return f"no telling whether it brings {likes}"
        step = next(words for below, words in _STEPS.items() if one.gain < below)
        return f"{one.chance:.0%} chance of {likes} (on average {step}: {_of_difference(one.gain)})"

    @property
    def agreement_in_words(self) -> tuple[str, ...]:
        """Such as ``Ada and Ben like different things (…): each chose 3 of the 6 chosen children of generation 2.``."""
        if not self.agreements:
            return ()
        least = min(self.agreements, key=lambda one: one.tau)
        who, chosen = listed(least.listeners), self._chosen_in_words
        models = "their models would order two alike in"
        if len(self.agreements) == 1:
            told = f"{who} like {_alikeness(least.tau)} ({models} {_alike(least.tau)} of cases; by chance in half)"
        else:
            mean = fmean(one.tau for one in self.agreements)
            told = (
                f"{len(self.listeners)} listeners like {_alikeness(mean)} ({models} {_alike(mean)} of cases, those of "
                f"{who} in {_alike(least.tau)}; by chance in half)"
            )
        return (f"{told}{f': {chosen}' if chosen else ''}.",)

    @property
    def _chosen_in_words(self) -> str:
        counts = {one.name: one.chosen for one in self.listeners}
        total = sum(counts.values())
        if not total:
            return ""
        children = f"the {counted(total, 'chosen child', 'chosen children')} of generation {self.chosen_in}"
        if len({*counts.values()}) == 1:
            return f"each chose {next(iter(counts.values()))} of {children}"
        return f"of {children} {listed([f'{name} chose {count}' for name, count in counts.items()])}"

    @property
    def earlier_in_words(self) -> tuple[str, ...]:
        """Of each listener whether what an earlier run says of their taste still counts, and why."""
        return tuple(
            _earlier_in_words(self.earlier_run, one.earlier, self._whose(one))
            for one in self.listeners
            if one.earlier is not None
        )

    def _consistency_in_words(self, one: KnownListener) -> str:
        least, most = (f"{share:.0%}" for share in one.consistency_range)
        again = f"Asked again about two, {self._who(one, 'would', 'would')} answer alike in"
        if one.is_doubtful:
            return f"{again} anything between {least} and {most} of cases: how surely, the rankings cannot tell yet."
        return f"{again} {one.consistency:.0%} of cases, says the model; by the rankings it may be {least} to {most}."

    def _who(self, one: KnownListener, of_you: str, of_others: str) -> str:
        """``you``, where there is one listener, who is a person, or a name; and the verb that goes with it."""
        return f"you {of_you}" if self._is_you else f"{one.name} {of_others}"

    def _whose(self, one: KnownListener) -> str:
        return "your" if self._is_you else f"{one.name}'s"

    @property
    def _is_you(self) -> bool:
        return len(self.listeners) == 1 and self.has_person

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        return {
            "ballots": self.ballots,
            "listeners": [one.to_json() for one in self.listeners],
            "agreements": [asdict(one) for one in self.agreements],
            "chosen_in": self.chosen_in,
            "next": {
                "generation": self.next_generation,
                "born": self.is_born,
                "judging_s": self.judging_s,
                "trials_s": self.trials_s,
            },
            "words": self.in_words,
        }


def _earlier_in_words(run: str, earlier: EarlierTaste, whose: str) -> str:
    if not earlier.rankings:
        whose = "yours" if whose == "your" else whose
        return f"{run} has no ranking of {whose}, so what it says of taste no longer counts here."
    rankings = f"{counted(earlier.rankings, 'ranking')} of {run}"
    came = f"of {earlier.found.pairs:,} pairs of {whose} rankings here {earlier.found.right:,} are as foretold there"
    if earlier.is_used:
        return f"The {rankings} still count as much as those of this run: {came}."
    return f"The {rankings} no longer count: {came}, no more than by chance."


def _pairs_of(found: Concordance) -> dict[str, int]:
    return {"right": found.right, "pairs": found.pairs}


def _of_difference(gain: float) -> str:
    return f"{gain / _USUAL_DIFFERENCE:.2f} of the usual difference between two"


def _alike(tau: float) -> str:
    """How often two are placed alike, where none are tied."""
    return f"{(1 + tau) / 2:.0%}"


def _alikeness(tau: float) -> str:
    if tau >= _MUCH_THE_SAME:
        return "much the same"
    return "partly the same" if tau >= _PARTLY_THE_SAME else "different things"
