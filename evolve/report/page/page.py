"""A run as one HTML page: it opens without a network, and is read without JavaScript."""

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evolve.domain_registry import presentation_for
from evolve.errors import EvolveError
from evolve.genetics.lineage import founders_of, line_to_founder, surviving_shares
from evolve.judging.agreement import agreement_of
from evolve.presentation import is_heard, judged_word
from evolve.records.run import RunRecord
from evolve.report.drift import drift_note, drift_of
from evolve.report.failures import failed_groups, how_many_failed, lost_attempts
from evolve.report.family import step_of, survivors_of
from evolve.report.generations import repeats_in
from evolve.report.head import run_facts, what_next_is_for
from evolve.report.overview import generation_in_words, stage_of
from evolve.report.page.drift_charts import HEIGHT, WIDTH, drift_charts
from evolve.report.page.media import DEFAULT_MB, MB, PageMedia, Read, first_image, is_safe_to_open
from evolve.report.page.parallel import parallel_coordinates
from evolve.report.page.story import (
    Card,
    CardMaker,
    ballot_rows,
    generation_views,
    in_order_of_interest,
    marked,
    withheld_in,
)
from evolve.report.page.thumbnails import Thumbnail, thumbnail
from evolve.report.page.tree import family_picture
from evolve.report.questions import (
    everyone_in,
    family_of,
    favourites_of,
    genes_of,
    latest_champions,
    ranked_generations,
    shared_genes,
    told_in,
)
from evolve.report.wording import moment_in_words, rank_history
from evolve.search.outlook import outlook_of
from evolve.words import counted, duration_in_words

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""What no page may hold, and what would turn the direction of the words around it."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page and what lies beside it.

    Attributes:
        html: The whole page.
        beside: The names in the folder beside it, each with the path in the run folder.
        left_out: How many files are in neither.
    """

    html: str
    beside: Mapping[str, str]
    left_out: int


def report_page(
    run: RunRecord, read: Read, *, most: int = DEFAULT_MB * MB, folder: str = "", everyone: bool = False
) -> ReportPage:
    """The page of a run.

    Args:
        run: Whose story it is.
        read: Reads a file of the run.
        most: Bytes of samples that lie inside; the champions' first, then the best by rank.
        folder: The name of the folder beside the page for the others; empty: they are left out.
        everyone: Whether all members of generations of hundreds are told of by name.
    """
    told = everyone_in(run) if everyone else told_in(run)
    media = PageMedia(presentation_for(run), read, most, folder)
    maker = CardMaker(run, media)
    cards = {id_: maker.card(id_) for id_ in in_order_of_interest(run, told)}
    html = _environment().get_template("report.html").render(**_story(run, told, cards, read), **_assets(cards, media))
    return ReportPage(html, media.beside, media.left_out)


def _story(run: RunRecord, told: frozenset[str], cards: dict[str, Card], read: Read) -> dict[str, Any]:
    """What the template is given of the run."""
    presentation, stage, latest = presentation_for(run), stage_of(run), latest_champions(run)
    champions = [id_ for id_ in latest[1] if id_ in cards] if latest else []
    drift = drift_of(run)
    return {
        "run": run,
        "presentation": presentation,
        "heard": is_heard(presentation),
        "judged": judged_word(presentation),
        "begun": moment_in_words(run.created_at),
        "stage": stage,
        "stands": ("" if stage.generation is None else f"{generation_in_words(run, stage.generation)}: ") + stage.words,
        "next_for": what_next_is_for(run, stage),
        "facts": run_facts(run),
        "champions": [(cards[id_], _line_of(run, id_)) for id_ in champions],
        "champions_of": latest[0] if latest else None,
        "tree": family_picture(run, told.__contains__, _pictures(run, told, read)),
        "generations": generation_views(run, told, cards, champions),
        "drift": drift,
        "drift_note": drift_note(run),
        "charts": drift_charts(drift) if drift else (),
        "chart_size": (WIDTH, HEIGHT),
        "parallel": parallel_coordinates(run),
        "survivors": survivors_of(run),
        "ballots": ballot_rows(run),
        "judging": _judging(run),
        "agreements": _agreements(run),
        "taste": outlook_of(run),
        "remarks": [(card.id, remark) for card in cards.values() for remark in card.remarks],
        "favourites": [one for one in favourites_of(run) if one.individual in cards],
        "failed": failed_groups(run),
        "how_many_failed": how_many_failed(run),
        "lost": lost_attempts(run),
        "told": told,
    }


def _line_of(run: RunRecord, champion: str) -> dict[str, Any]:
    """A champion's line from its founder, step by step, and where its genes come from."""
    family, genes = family_of(run), genes_of(run)
    shares = surviving_shares(family, [champion], ignored_genes=shared_genes(run))
    return {
        "steps": [
            (id_, rank_history(run, id_).plain, [marked(part) for part in step_of(run, run.individuals[id_], genes)])
            for id_ in line_to_founder(family, champion)
        ],
        "founders": founders_of(family, champion),
        "shares": [f"{source} {share:.0%}" for source, share in shares.items()],
    }


def _judging(run: RunRecord) -> str:
    """What judging has cost in all, in a line; empty where nothing was noted."""
    logs = [record.listening for generation in ranked_generations(run) for record in generation.ballots]
    active, plays = sum(log.active_s for log in logs), sum(log.plays for log in logs)
    return f"{duration_in_words(active)} of judging and {counted(plays, 'play')} in all" if active else ""


def _agreements(run: RunRecord) -> list[tuple[int, str]]:
    """How far the listeners of each generation agree, with themselves too, the newest first."""
    told = list[tuple[int, str]]()
    for generation in reversed(ranked_generations(run)):
        agreement = agreement_of([record.ballot for record in generation.ballots])
        words = [*([agreement.in_words] if agreement else []), *repeats_in(generation)]
        told += [(generation.index, one) for one in words]
    return told


def _pictures(run: RunRecord, told: frozenset[str], read: Read) -> dict[str, Thumbnail]:
    """A small picture of the first sample of everyone who may be seen and has one."""
    pictures, presentation = {}, presentation_for(run)
    for id_ in told - withheld_in(run):
        for sample in run.individuals[id_].samples[:1]:
            if (found := first_image(presentation, sample.files)) and (small := _small(*found, read)):
                pictures[id_] = small
    return pictures


def _small(path: str, type_: str, read: Read) -> Thumbnail | None:
    try:
        return thumbnail(read(path), type_)
    except (EvolveError, OSError):
        return None


# --- the template ----------------------------------------------------------------------------------------------------


@functools.cache
def _environment() -> Environment:
    """Everything that a template writes is escaped, and free of control characters."""
    environment = Environment(
        loader=PackageLoader("evolve.report.page"),
        autoescape=True,
        finalize=_cleaned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["safe_to_open"] = is_safe_to_open
    return environment


def _cleaned(value: object) -> object:
    if isinstance(value, Markup):
        return Markup(_CONTROLS.sub("\ufffd", value))  # noqa: S704 - it was escaped when it was made
    return _CONTROLS.sub("\ufffd", value) if isinstance(value, str) else value


def _assets(cards: Mapping[str, Card], media: PageMedia) -> dict[str, Any]:
    """Style and script, and a policy by which a page loads nothing but these and what lies inside or beside it."""
    style, script = _asset("report.css"), _asset("report.js")
    parts = [part for card in cards.values() for sample in card.samples for part in sample.parts]
    places = "data: 'self' file:" if media.beside else "data:"
    # A document in a frame inherits the policy: where there are any, their own styles are let through.
    styles = "'unsafe-inline'" if any(part.shown == "html" for part in parts) else _digest(style)
    policy = (
        f"default-src 'none'; style-src {styles}; script-src {_digest(script)}; img-src {places}; media-src {places}; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - our own files


def _asset(name: str) -> str:
    return files("evolve.report.page").joinpath("templates", name).read_text(encoding="utf-8").strip()


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
