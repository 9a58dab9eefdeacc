"""`evolve rank`: a ballot from this terminal or from a script."""

import dataclasses
import json
import sys
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
            '"C > ..." ties the rest last; "C+2" or "C♥2" says that you love song 2 of C.',
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

    A song that you love breaks a tie; evolve report lists it, and evolve compose --from goes on from it.

    An order that names no such song keeps those that you have begun to mark in the terminal.

    \b
    Examples:
      evolve rank
      evolve rank quick-1 --order "C > A = B > D ! E"
      evolve rank quick-1 --order "C+1+3 > A > ..."
      evolve rank quick-1 --json
    """
    from evolve.cli.hearing import candidates_document, print_candidates
    from evolve.judging.order import format_order, heart_in
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
        made = _asked(sitting, reference) if order is None else (_read(order, sitting), "order")
        if made is None:
            note(f"your ballot so far is kept; go on: evolve rank {reference}")
            return
        standings = cast_ballot(store, sitting, *made)
        if json_:
            typer.echo(_ranking_document(sitting, made[0], standings))
        told = format_order(made[0], sitting.letters, heart=heart_in(sys.stderr.encoding))
        note(f"generation {sitting.generation} is ranked: {told}")
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


def _read(order: str, sitting: "Sitting") -> "Ballot":
    """The ballot that an order stands for, with the favourites of the one half made unless it names some."""
    from evolve.judging.ballot import songs_of
    from evolve.judging.draft import BallotDraft
    from evolve.judging.order import check_heard, parse_order

    check_heard(order, sitting.unheard, sitting.rule)
    begun = BallotDraft.begun([candidate.id for candidate in sitting.candidates], sitting.steps)
    return parse_order(order, sitting.letters, songs_of(sitting.candidates)).keeping_favourites_of(begun.ballot)


def _ranking_document(sitting: "Sitting", ballot: "Ballot", standings: "Mapping[str, Standing]") -> str:
    ranking = {name: dataclasses.asdict(standing) for name, standing in standings.items()}
    favourites = [{"id": name, "song": song} for name, song in ballot.favourites]
    document = {
        "generation": sitting.generation,
        "listener": sitting.listener,
        "ranking": ranking,
        "favourites": favourites,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
