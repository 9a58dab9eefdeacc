"""What the listeners of a run have said, for the model of their taste; and how well it foretold what they said next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evolve.domain_registry import domain_for, presentation_for
from evolve.errors import SpaceError
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.guidance.one_core import on_one_core
from evolve.judging.rank_correlation import kendall_tau
from evolve.presentation import Presentation
from evolve.records.run import GenerationRecord, IndividualRecord, RunRecord
from evolve.search.reliability import features_of
from evolve.search.run_facts import rules_of
from evolve.words import counted, worded


@dataclass(frozen=True, slots=True)
class Prediction:
    """How well a ranking was foretold, of the members whom nobody had heard before.

    Attributes:
        tau: Kendall's tau-b of what was expected of them at their birth and the ranking: 1, the same order; 0, chance.
        members: How many.
    """

    tau: float
    members: int

    @property
    def in_words(self) -> str:
        """``predicted at tau 0.52 (7 members; 0 is chance)``."""
        return f"predicted at tau {self.tau:.2f} ({counted(self.members, 'member')}; 0 is chance)"


def heard_of(run: RunRecord, *, with_ballots: bool = True) -> Heard:
    """All ballots of a run, everyone who was born, and what is measured of their samples.

    Args:
        run: The run.
        with_ballots: Whether ballots are to be learned from.
    """
    genomes = {name: record.individual.genome for name, record in run.individuals.items()}
    if not with_ballots:
        return Heard(genomes, ())
    presentation = presentation_for(run)
    samples = {name: features_of(presentation, record) for name, record in run.individuals.items()}
    ballots = [{one.listener: one.ballot for one in record.ballots} for record in run.generations]
    presented = {name: _presented(presentation, run.individuals[name], told) for name, told in samples.items()}
    return Heard(genomes, ballots, samples, presented)


def guide_of(run: RunRecord) -> Guide | None:
    """What is known of a run's listeners by their ballots on ranked generations.

    None where these compare nobody, the run goes without a model, or its space or its store cannot be read.
    """
    ranked = tuple(one for one in run.generations if one.status.is_ranked)
    if run.damage or not ranked or not asks_taste(run):
        return None
    space = _space(run)
    if space is None:
        return None
    with on_one_core():
        guide = Guide(heard_of(replace(run, generations=ranked)), space)
    return guide if guide.knows else None


def asks_taste(run: RunRecord) -> bool:
    """Whether children of a run are chosen by a model of taste."""
    return bool(run.settings.get("taste", True))


def knowledge_in_words(run: RunRecord, generation: GenerationRecord) -> str:
    """What is known of taste when a generation is put before listeners, in a line that tells nobody from another.

    Empty where no model is asked.
    """
    if not asks_taste(run):
        return ""
    if not generation.expected:
        why = ": no ballot prefers anybody" if generation.index else ": the first generation is spread over the space"
        return f"Nothing is known of your taste yet{'' if run.branched and not generation.index else why}."
    ballots = [one for before in run.generations[: generation.index] for one in before.ballots]
    listeners = len({one.listener for one in ballots})
    sizes = {len(one.ballot.ids) for one in ballots}
    each = f" of {sizes.pop()}" if len(sizes) == 1 else ""
    chosen = sum(bool(one.why) for name, one in generation.expected.items() if name in generation.members)
    whose = "a model of your taste" if listeners == 1 else f"models of {listeners} listeners' taste"
    return (
        f"{chosen} of {len(generation.members)} {worded(chosen, 'was', 'were')} chosen by {whose}, "
        f"learned from {counted(len(ballots), 'ballot')}{each}."
    )


def prediction_of(generation: GenerationRecord) -> Prediction | None:
    """How well a ranking was foretold; None before it, where nothing was known, and of fewer than two to compare."""
    fresh = [name for name in generation.foretold if name in generation.ranking and name not in generation.elites]
    liking = [generation.foretold[name].liking for name in fresh]
    tau = kendall_tau(liking, [-generation.ranking[name].rank for name in fresh])
    return None if tau is None else Prediction(tau, len(fresh))


def prediction_in_words(run: RunRecord, generation: GenerationRecord) -> str:
    """How well a ranking was foretold, or that nothing was known before it; empty where there is nothing to tell."""
    if prediction := prediction_of(generation):
        return prediction.in_words
    is_first = generation.status.is_ranked and not generation.expected and asks_taste(run)
    return "not predicted: nothing was known of taste yet" if is_first else ""


def why_born(run: RunRecord, name: str) -> str:
    """Why the model chose somebody among many that were bred; empty where it did not, or before they were ranked."""
    birth = run.individuals[name].individual.generation
    expected = run.generations[birth].foretold.get(name) if birth < len(run.generations) else None
    return expected.why if expected else ""


def _presented(
    presentation: Presentation, record: IndividualRecord, samples: Sequence[Mapping[str, float]]
) -> list[Mapping[str, float]]:
    """Of the features of an individual's samples those of the presented ones; none where all are presented."""
    return [samples[number - 1] for number in presentation.presented(record.metrics) if number <= len(samples)]


def _space(run: RunRecord) -> SearchSpace | None:
    """The run's space, without the rules of its domain where that is not at hand; None where it cannot be read."""
    domain, text, name = domain_for(run), run.space.get("text", ""), run.space.get("name", "")
    try:
        rules = rules_of(domain, text, own=bool(run.build)) if domain else None
        return parse_space(text, name, rules).space.with_groups(run.groups)
    except SpaceError:
        return None
