"""`evolve rank`: a ballot from this terminal or from a script, and candidates on paper for whoever has no terminal."""

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolve.cli.sources import OwnCode, given_sources, open_domain
from evolve.errors import printable
from evolve.presentation import judged_file
from evolve.terminal.console import Stopped, is_interactive, note
from evolve.terminal.options import DEFAULT_LISTENER, AnyRun, AsJson, ListenerOption, Runs, as_typed, run_folder

if TYPE_CHECKING:
    from evolve.records.ballot import Ballot, CandidateSample, RankingEntry
    from evolve.records.run import BallotRecord
    from evolve.search.listening import ListeningSession
    from evolve.search.run_facts import Sources
    from evolve.store.run_store import RunStore


def rank(
    run: AnyRun = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order",
            metavar="ORDER",
            help='Best first, in blind letters or ids: "C > A = B ! D" puts C first, ties A with B, rejects D; '
            '"C > ..." ties the rest last; "C+2" or "C♥2" says that you love sample 2 of C.',
            show_default=False,
        ),
    ] = None,
    listener: ListenerOption = DEFAULT_LISTENER,
    domain: OwnCode = None,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:
    """Rank what waits for you.

    In this terminal with prompts, or from a script with --order.

    A ballot given again takes the place of the same listener's earlier one, until the next generation is bred.

    A sample that you love breaks a tie, and evolve report lists it. Who made it has a child at least, unless rejected.

    An order that names no such sample keeps those that you have begun to mark in the terminal.

    \b
    Examples:
      evolve rank
      evolve rank quick-1 --order "C > A = B > D ! E"
      evolve rank quick-1 --order "C+1+3 > A > ..."
      evolve rank quick-1 --json
    """
    from evolve.judging.order import format_order, heart_in
    from evolve.search.listening import heard_generation, open_session
    from evolve.search.outlook import told_after_ranking
    from evolve.search.steps import cast_ballot
    from evolve.store.run_store import RunStore

    folder = run_folder(run, runs)
    with RunStore(folder) as store:
        record = store.look()
        sources = given_sources(record, domain)
        opened = open_domain(record, sources)
        typed = {name: code for name, code in sources.options.items() if code}
        reference = as_typed(store.paths.reference, listener=listener, **typed)
        build = record.build.get("reference")
        resumed = as_typed(store.paths.reference, listener=listener, build=build, **typed)
        session = open_session(store, heard_generation(record).index, listener, opened)
        if json_ and order is None:
            typer.echo(candidates_document(session, store.paths.folder))
            return
        if order is None and not is_interactive():
            _print_candidates(session, reference)
            return
        if order is not None:
            ballot, method = _read(order, session), "order"
            ranking = cast_ballot(store, session, ballot, method)
            if json_:
                typer.echo(_ranking_document(session, ballot, ranking))
        elif (cast := _asked(store, session, sources, reference)) is not None:
            ballot, ranking = cast
        else:
            note(f"your ballot so far is kept; go on: evolve rank {reference}")
            return
        told = format_order(ballot, session.letters, heart=heart_in(sys.stderr.encoding))
        if not ranking:
            note(f"your ballot is kept: {told}; generation {session.generation} is ranked when it is closed")
            return
        note(f"generation {session.generation} is ranked: {told}")
        for line in told_after_ranking(store.read()):
            note(line)
        if store.is_worked_on:
            note("a process works on the run, and goes on with it")
        else:
            note(f"go on: evolve resume {resumed}   (with --cluster or --address, if it trains elsewhere)")


def terminal_judge(
    session: "ListeningSession", in_browser: "Callable[[ListeningSession], None] | None" = None
) -> "tuple[Ballot, str] | None":
    """Have the person at this terminal fill in a ballot; None when they will come back, or have done it on a page.

    Args:
        session: What is judged.
        in_browser: Has them do it on a page, where they want that.
    """
    from evolve.search.judges import terminal_judge

    _tell_who_is_heard(session)
    _tell_knowledge(session)
    return terminal_judge(session, in_browser)


def candidates_document(session: "ListeningSession", folder: Path) -> str:
    """The candidates that wait, as JSON; paths are relative to the run folder."""
    candidates = [
        {"letter": one.letter, "id": one.id, "samples": [_sample_document(sample, folder) for sample in one.samples]}
        for one in session.candidates
    ]
    document = {
        "generation": session.generation,
        "listener": session.listener,
        "unheard": len(session.unheard),
        "rule": session.rule,
        "reliability": None if session.reliability is None else session.reliability.to_json(),
        "candidates": candidates,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _sample_document(sample: "CandidateSample", folder: Path) -> dict[str, Any]:
    files = {kind: path.relative_to(folder.resolve()).as_posix() for kind, path in sample.files.items()}
    return {"index": sample.index, "files": files, "facts": dict(sample.facts)}


def _print_candidates(session: "ListeningSession", reference: str) -> None:
    """The candidates for a reader without a terminal, and how to rank them."""
    presentation = session.presentation
    for candidate in session.candidates:
        typer.echo(candidate.letter)
        for sample in candidate.samples:
            typer.echo(f"  {presentation.sample_word} {sample.index}: {printable(presentation.describe(sample.facts))}")
            typer.echo(f"    {judged_file(presentation, sample.files)}")
    _tell_who_is_heard(session)
    _tell_knowledge(session)
    if told := _reliability_in_words(session):
        note(f"note: {told}")
    letters = " > ".join(session.letters)
    note(f'Rank generation {session.generation}, best first: evolve rank {reference} --order "{letters}"')


def _tell_who_is_heard(session: "ListeningSession") -> None:
    if session.rule:
        note(f"note: {session.rule}")


def _tell_knowledge(session: "ListeningSession") -> None:
    if session.knowledge:
        note(session.knowledge)


def _reliability_in_words(session: "ListeningSession") -> str:
    return "" if session.reliability is None else session.reliability.in_words


def _asked(
    store: "RunStore", session: "ListeningSession", sources: "Sources", reference: str
) -> "tuple[Ballot, Mapping[str, RankingEntry]] | None":
    """The ballot that a person has filled in, here or on a page, and the ranking; None when they will come back."""
    from evolve.cli.listening import RunningPage
    from evolve.search.steps import cast_ballot

    before = _cast(store, session)
    with RunningPage(store, sources, session.listener) as page:
        try:
            made = terminal_judge(session, page.judge_once)
        except KeyboardInterrupt:
            raise Stopped(f"stopped; your ballot so far is kept. Go on: evolve rank {reference}") from None
    if made is not None:
        return made[0], cast_ballot(store, session, *made)
    cast = _cast(store, session)
    if cast is None or cast == before:
        return None
    return cast.ballot, store.read().generations[session.generation].ranking


def _cast(store: "RunStore", session: "ListeningSession") -> "BallotRecord | None":
    """The ballot that the listener has cast."""
    return store.read().generations[session.generation].ballot_of(session.listener)


def _read(order: str, session: "ListeningSession") -> "Ballot":
    """The ballot that an order stands for, with the favourites of the one half made unless it names some."""
    from evolve.judging.draft import BallotDraft
    from evolve.judging.order import check_heard, parse_order
    from evolve.records.ballot import samples_of

    check_heard(order, session.unheard, session.rule)
    begun = BallotDraft.begun([candidate.id for candidate in session.candidates], session.steps)
    return parse_order(
        order, session.letters, samples_of(session.candidates), word=session.presentation.sample_word
    ).keeping_comments_and_favourites_of(begun.ballot)


def _ranking_document(session: "ListeningSession", ballot: "Ballot", ranking: "Mapping[str, RankingEntry]") -> str:
    from evolve.judging.repeats import without_repeat

    entries = {name: dataclasses.asdict(entry) for name, entry in ranking.items()}
    favourites = [{"id": name, "sample": number} for name, number in without_repeat(ballot)[0].favourites]
    document = {
        "generation": session.generation,
        "listener": session.listener,
        "ranking": entries,
        "favourites": favourites,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
