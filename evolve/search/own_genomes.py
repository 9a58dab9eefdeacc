"""Genomes of the user's own that a run tries: in the places of founders, and later of newcomers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evolve.domain import Domain
from evolve.errors import SpaceError, last_line
from evolve.genetics.gene import GeneKind
from evolve.genetics.scale import from_unit
from evolve.genetics.space import SearchSpace
from evolve.records.expectation import Expectation
from evolve.records.genome import Genome
from evolve.records.individual import GIVEN, Individual, Origin
from evolve.records.run import GENOMES, Json, RunRecord
from evolve.search.run_facts import core_of, space_as_written
from evolve.spaces import PlainValue, genome_from, plain
from evolve.store.run_store import RunStore
from evolve.words import counted

_LARGEST_FILE: Final = 20_000_000
"""Bytes of a file of genomes: thousands of them take less."""


def read_genomes(path: Path) -> list[Mapping[str, Any]]:
    """The genomes in a JSON file: a list of objects, or an object with that list as ``founders``.

    Raises:
        SpaceError: The file cannot be read, or holds something else.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise SpaceError(f"{path} has more than {_LARGEST_FILE // 10**6} MB; give a JSON list of genomes")
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpaceError(f"{path} cannot be read: {error.strerror or last_line(error)}") from error
    except (ValueError, RecursionError) as error:
        raise SpaceError(f"{path} is no JSON: {last_line(error)}") from error
    genomes = read.get("founders") if isinstance(read, dict) else read
    if not isinstance(genomes, list) or not genomes or not all(isinstance(one, dict) for one in genomes):
        raise SpaceError(f'{path} holds no genomes; give a list such as [{{"depth": 2, "width": 256}}]')
    return genomes


def enqueue(store: RunStore, genomes: Sequence[Mapping[str, Any]], domain: Domain, where: str) -> None:
    """Have a run try these genomes, as soon as it has places for them.

    A gene that has one value alone may be left out, and one whose value is shares of groups: that is drawn then.

    Args:
        store: The run.
        genomes: Values of genes by name.
        domain: The run's.
        where: Where they stand, for messages, such as ``mine.json``.

    Raises:
        SpaceError: One of them is no genome of the run's space, is there twice, or was tried already; or there is no
            place for so many.
        RunError: Another process is working on the run.
    """
    run = store.read()
    space = space_as_written(run, domain)
    asked = _asked(run)
    for number, values in enumerate(genomes, start=1):
        told = f"{where}: genome {number}"
        try:
            checked = _checked(values, space)
        except SpaceError as error:
            raise SpaceError(f"{told}: {error}") from error
        if checked in asked:
            raise SpaceError(f"{told} is there already; leave it out")
        if name := _born_with(run, checked):
            raise SpaceError(f"{told} was tried already, as {name}; leave it out")
        asked.append(checked)
    _check_places(run, [values for values in asked if not _born_with(run, values)], where)
    with store.exclusively():
        store.record_facts({GENOMES: asked})


def with_own_genomes(run: RunRecord, born: Sequence[Individual], space: SearchSpace) -> tuple[Individual, ...]:
    """Those who are to be born, of whom founders or newcomers give their places to genomes that wait.

    Which ones wait follows from what was born before, so that a run that was stopped anywhere goes on alike.

    Args:
        run: Before they are born.
        born: In slot order.
        space: The run's, with its groups.

    Raises:
        SpaceError: A genome that waits is none of the space, such as for a group that the corpus does not have.
    """
    places = [one for one in born if one.origin in (Origin.FOUNDER, Origin.NEWCOMER)]
    others = [one.genome for one in born if one not in places]
    waiting = [values for values in _asked(run) if not _born_with(run, values)]
    waiting = [values for values in waiting if not any(_has(genome, values) for genome in others)]
    given = {one.id: _completed(values, one.genome, space) for one, values in zip(places, waiting, strict=False)}
    spare = [one.genome for one in places if one.id in given and one.genome not in given.values()]
    made = []
    for one in born:
        if one.id in given:
            made.append(replace(one, genome=given[one.id], operators=GIVEN))
        elif one in places and one.genome in given.values():
            made.append(replace(one, genome=spare.pop()))
        else:
            made.append(one)
    return tuple(made)


def expected_of_drawn(expected: Mapping[str, Expectation], born: Sequence[Individual]) -> dict[str, Expectation]:
    """What was expected, but of places that genomes of the user's own have taken."""
    given = {one.id for one in born if one.operators == GIVEN}
    return {name: one for name, one in expected.items() if name not in given}


def _asked(run: RunRecord) -> list[dict[str, Json]]:
    """All that were ever given."""
    kept = run.facts.get(GENOMES)
    return [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []


def _checked(values: Mapping[str, Any], space: SearchSpace) -> dict[str, PlainValue]:
    """The values as they are kept; those of shares are looked at when the corpus's groups are known."""
    shares = {gene.name for gene in space.genes if gene.kind is GeneKind.SHARES}
    others = {name: value for name, value in values.items() if name not in shares}
    known = space.with_groups(())
    for gene in known.genes:
        if gene.is_fixed and gene.name not in others and gene.is_active_in(others):
            others[gene.name] = from_unit(gene, 0.0)
    genome = genome_from(others, known)
    return {**plain(genome), **{name: values[name] for name in values if name in shares}}


def _completed(values: Mapping[str, PlainValue], drawn: Genome, space: SearchSpace) -> Genome:
    """The genome of some values, with those shares that it does not name as they were drawn."""
    shares = {gene.name for gene in space.genes if gene.kind is GeneKind.SHARES}
    return genome_from({name: value for name, value in plain(drawn).items() if name in shares} | dict(values), space)


def _born_with(run: RunRecord, values: Mapping[str, Json]) -> str:
    """The id of an individual that has these values; empty where there is none."""
    genomes = ((name, record.individual.genome) for name, record in run.individuals.items())
    return next((name for name, genome in genomes if _has(genome, values)), "")


def _has(genome: Genome, values: Mapping[str, Json]) -> bool:
    own = plain(genome)
    return all(name in own and own[name] == value for name, value in values.items())


def _check_places(run: RunRecord, waiting: Sequence[Mapping[str, Json]], where: str) -> None:
    """See that there are places: those of all founders, and where these are born, of the newcomers that are left."""
    core = core_of(run)
    left = core.newcomers * (core.generations - max(1, len(run.generations)))
    places = left + (0 if run.generations else core.population)
    if len(waiting) > places:
        raise SpaceError(
            f"{where}: {counted(len(waiting), 'genome')} would wait, and the run has places for {places:,}: "
            f"{'' if run.generations else f'those of {core.population:,} founders, and '}"
            f"{counted(core.newcomers, 'newcomer')} in each later generation; leave some out"
        )
