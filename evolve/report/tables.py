"""A run as one flat table, for a spreadsheet or a notebook. The only pandas, and only when asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evolve.candidates import candidates_of
from evolve.genetics.shares import Shares
from evolve.report.favourites import loved_songs
from evolve.report.rankings import letters_of
from evolve.report.songs import mean_facts
from evolve.store.records import GenerationRecord, IndividualRecord, RunRecord

Row = dict[str, Any]


def to_csv(run: RunRecord) -> str:
    """One row per individual per generation as CSV text, the columns as docs/report-format.md describes them.

    Elites have a row in each generation they were members of, failed individuals one in that of their birth. A gene
    that is inactive, a metric, a fact or a rank that is not known, is an empty cell.
    """
    import pandas as pd  # noqa: PLC0415 - half a second that only this format needs

    rows = table_rows(run)
    # Objects keep whole numbers whole where a column has gaps.
    return pd.DataFrame(rows, columns=_columns(rows), dtype=object).to_csv(index=False, lineterminator="\n")


def table_rows(run: RunRecord) -> list[Row]:
    """The rows in the order of the generations, members in slot order first, then the failed."""
    return [row for generation in run.generations for row in _rows(run, generation)]


def _rows(run: RunRecord, generation: GenerationRecord) -> Iterator[Row]:
    candidates = candidates_of(run, generation)
    for id_ in (*generation.members, *generation.failed):
        yield {**_row(run.individuals[id_], generation), "heard": id_ in candidates.heard if candidates else None}


def _columns(rows: list[Row]) -> list[str]:
    """The fixed columns in order, with all genes, metrics and facts of songs in the midst of them."""
    names = dict.fromkeys(name for row in rows for name in row)
    own = [name for kind in ("gene.", "metric.", "song.") for name in names if name.startswith(kind)]
    return [*_BEFORE, *own, *_AFTER]


_BEFORE = (
    "generation", "id", "origin", "elite", "status", "heard", "rank", "utility", "rejected", "letter", "parents",
    "operators", "changed",
)  # fmt: skip
_AFTER = ("songs", "favourites", "failure", "replaced_by")


def _row(record: IndividualRecord, generation: GenerationRecord) -> Row:
    individual = record.individual
    standing = generation.standings.get(individual.id)
    return {
        "generation": generation.index,
        "id": individual.id,
        "origin": str(individual.origin),
        "elite": individual.id in generation.elites,
        "status": str(record.status),
        "rank": standing.rank if standing else None,
        "utility": standing.utility if standing else None,
        "rejected": standing.rejected if standing else False,
        "letter": letters_of(generation).get(individual.id),
        "parents": " ".join(individual.parents),
        "operators": " ".join(individual.operators),
        "changed": _changes(record.changed),
        **{f"gene.{gene}": value for gene, value in _by_group(individual.genome.genes)},
        **{f"metric.{name}": value for name, value in _flat(record.metrics) if _is_flat(value)},
        **{f"song.{name}": round(mean, 4) for name, mean in mean_facts(record.songs).items()},
        "songs": len(record.songs),
        "favourites": " ".join(map(str, loved_songs(generation, individual.id))),
        "failure": record.failure,
        "replaced_by": record.replaced_by,
    }


def _flat(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each metric; of one that has parts, each part as ``metric.part``."""
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{part}", figure) for part, figure in value.items())
        else:
            yield name, value


def _by_group(genes: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Each gene with its value; of shares each group's, as ``gene.group``."""
    for gene, value in genes:
        if isinstance(value, Shares):
            yield from ((f"{gene}.{group}", share) for group, share in value.parts)
        else:
            yield gene, value


def _changes(changed: Mapping[str, tuple[Any, Any]]) -> str:
    """``width 64 -> 96; dense_width off -> 32; diet.jig 0.4 -> 0.5``: plain ASCII, which every spreadsheet reads."""
    return "; ".join(part for gene, (before, after) in changed.items() for part in _change(gene, before, after))


def _change(gene: str, before: object, after: object) -> Iterator[str]:
    """A gene's change; of shares that of each group that has another."""
    sides = [dict(value.parts) for value in (before, after) if isinstance(value, Shares)]
    if not sides:
        yield f"{gene} {_told(before)} -> {_told(after)}"
    for group in dict.fromkeys(group for side in sides for group in side):
        old, new = (dict(value.parts).get(group) if isinstance(value, Shares) else None for value in (before, after))
        if old != new:
            yield f"{gene}.{group} {_told(old)} -> {_told(new)}"


def _told(value: object) -> str:
    return "off" if value is None else str(value)


def _is_flat(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
