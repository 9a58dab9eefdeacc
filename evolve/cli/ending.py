"""What `evolve start` and `resume` tell when a run is complete."""

from typing import TYPE_CHECKING

import typer

from evolve.terminal.console import note
from evolve.terminal.domain_commands import domain_commands

if TYPE_CHECKING:
    from evolve.records.run import RunRecord


def tell_the_end(run: "RunRecord", resumed: str, *, is_simulated: bool) -> None:
    """The family story, or who came first where nobody was there to follow it; and what can be done next.

    Args:
        run: It is complete.
        resumed: The run and its options, as `evolve resume` has to be given them.
        is_simulated: Whether a simulated listener has judged.
    """
    from evolve.cli.reporting import print_report
    from evolve.domain_registry import reference_of
    from evolve.report.overview import generations_wanted

    if is_simulated:
        _tell_who_came_first(run)
    else:
        print_report(run)
    note(f"more generations: evolve resume {resumed} --generations {generations_wanted(run) + 1}")
    added = domain_commands().get(reference_of(run))
    if added and added.afterwards:
        note("\n" + added.afterwards.format(run=run.reference))


def _tell_who_came_first(run: "RunRecord") -> None:
    from evolve.domain_registry import presentation_for
    from evolve.report.questions import listeners_of
    from evolve.words import listed

    last = run.generations[-1]
    first = listed(last.champions) or "nobody"
    typer.echo(f"generation {last.index}, the last, is ranked by {listed(listeners_of(last))}; first came {first}")
    word = presentation_for(run).sample_word
    note(f"the family story: evolve report {run.reference}   as a page with {word}s: add --format html")
