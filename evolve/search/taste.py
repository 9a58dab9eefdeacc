"""What the listeners of a run have said, for the model of their taste."""

from collections.abc import Mapping, Sequence

from evolve.domain_registry import presentation_for
from evolve.guidance.heard import Heard
from evolve.presentation import Presentation
from evolve.records.run import IndividualRecord, RunRecord
from evolve.search.reliability import features_of


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


def _presented(
    presentation: Presentation, record: IndividualRecord, samples: Sequence[Mapping[str, float]]
) -> list[Mapping[str, float]]:
    """Of the features of an individual's samples those of the presented ones; none where all are presented."""
    return [samples[number - 1] for number in presentation.presented(record.metrics) if number <= len(samples)]
