"""`evolve rank`: a ballot from this terminal or from a script."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.options import (
    DEFAULT_LISTENER,
    AnyRun,
    AsJson,
    Listener,
    Runs,
    as_typed,
    is_interactive,
    run_folder,
)
from evolve.cli.running import Stopped, note, note_migration

if TYPE_CHECKING:
    from evolve.judging.ballot import Ballot
    from evolve.judging.ranking import Standing
    from evolve.sittings import Sitting


def rank(
    run: AnyRun = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order",
            metavar="ORDER",
            help='Best first, in blind letters or ids: "C > A = B ! D" puts C first, ties A with B, rejects D; '
            '"C > ..." ties the rest last.',
            show_default=False,
        ),
    ] = None,
    listener: Listener = DEFAULT_LISTENER,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:
    """Rank the songs that wait for you.

    In this terminal with prompts, or from a script with --order.

    A ballot given again takes the place of the same listener's earlier one, until the next generation is bred.

    \b
    Examples:
      evolve rank
      evolve rank quick-1 --order "C > A = B > D ! E"
      evolve rank quick-1 --json
    """
    from evolve.cli.hearing import candidates_document, print_candidates
    from evolve.judging.order import check_heard, format_order, parse_order
    from evolve.search import cast_ballot
    from evolve.sittings import heard_generation, sit
    from evolve.store.run_store import RunStore

    folder = run_folder(run, runs)
    with RunStore(folder) as store:
        reference = as_typed(store.paths.reference, listener)
        note_migration(store)
        sitting = sit(store, heard_generation(store.look()).index, listener)
        if json_ and order is None:
            typer.echo(candidates_document(sitting, store.paths.folder))
            return
        if order is None and not is_interactive():
            print_candidates(sitting, reference)
            return
        if order is None:
            made = _asked(sitting, reference)
        else:
            check_heard(order, sitting.unheard, sitting.rule)
            made = parse_order(order, sitting.letters), "order"
        if made is None:
            note(f"your ballot so far is kept; go on: evolve rank {reference}")
            return
        standings = cast_ballot(store, sitting, *made)
        if json_:
            typer.echo(_ranking_document(sitting, standings))
        note(f"generation {sitting.generation} is ranked: {format_order(made[0], sitting.letters)}")
        if store.is_worked_on:
            note("a process works on the run, and goes on with it")
        else:
            note(f"go on: evolve resume {reference}   (with --cluster or --address, if it trains elsewhere)")


def _asked(sitting: "Sitting", reference: str) -> "tuple[Ballot, str] | None":
    from evolve.cli.hearing import terminal_judge

    try:
        return terminal_judge(sitting)
    except KeyboardInterrupt:
        raise Stopped(f"stopped; your ballot so far is kept. Go on: evolve rank {reference}") from None


def _ranking_document(sitting: "Sitting", standings: "Mapping[str, Standing]") -> str:
    ranking = {name: dataclasses.asdict(standing) for name, standing in standings.items()}
    document = {"generation": sitting.generation, "listener": sitting.listener, "ranking": ranking}
    return json.dumps(document, indent=2, ensure_ascii=False)
