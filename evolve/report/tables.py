"""A run as one flat table, for a spreadsheet or a notebook."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evolve.domain_registry import presentation_for
from evolve.presentation import mean_facts
from evolve.records.run import GenerationRecord, RunRecord
from evolve.report.document import individual_document
from evolve.search.candidates import candidates_of

Row = dict[str, Any]

_BEFORE = (
    "generation", "id", "origin", "elite", "status", "heard", "rank", "utility", "rejected", "letter", "parents",
    "operators", "changed",
)  # fmt: skip
_AFTER = ("samples", "favourites", "failure", "stopped", "replaced_by")


def to_csv(run: RunRecord) -> str:
    """One row per individual per generation as CSV text, the columns as docs/report-format.md describes them.

    Elites have a row in each generation they were members of, failed individuals one in that of their birth. A gene
    that is inactive, a metric, a fact or a rank that is not known, is an empty cell.
    """
    rows = table_rows(run)
    text = io.StringIO()
    table = csv.DictWriter(text, table_columns(rows), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def table_columns(rows: Sequence[Row]) -> list[str]:
    """The names of the columns, in their order."""
    names = dict.fromkeys(name for row in rows for name in row)
    own = [name for kind in ("gene.", "metric.", "sample.") for name in names if name.startswith(kind)]
    return [*_BEFORE, *own, *_AFTER]


def table_rows(run: RunRecord) -> list[Row]:
    """The rows in the order of the generations, members in slot order first, then the failed and the stopped."""
    return [row for generation in run.generations for row in _rows(run, generation)]


def _rows(run: RunRecord, generation: GenerationRecord) -> Iterator[Row]:
    candidates = candidates_of(run, generation)
    loved = {favourite for record in generation.ballots for favourite in record.ballot.favourites}
    for name in generation.everyone:
        numbers = sorted(number for candidate, number in loved if candidate == name)
        yield {
            **_row(run, generation, name),
            "heard": name in candidates.heard if candidates else None,
            "favourites": " ".join(map(str, numbers)),
        }


def _row(run: RunRecord, generation: GenerationRecord, name: str) -> Row:
    told = individual_document(run.individuals[name], generation)
    means = mean_facts(presentation_for(run), [sample["facts"] for sample in told["samples"]])
    metrics = {name: value for name, value in _flat(told["metrics"]) if not isinstance(value, list | dict)}
    return {
        "generation": generation.index,
        **{column: told[column] for column in (*_BEFORE, *_AFTER) if column in told},
        "parents": " ".join(told["parents"]),
        "operators": " ".join(told["operators"]),
        "changed": "; ".join(part for gene, sides in told["changed"].items() for part in _change(gene, *sides)),
        **{f"gene.{gene}": value for gene, value in _flat(told["genome"])},
        **{f"metric.{metric}": value for metric, value in metrics.items()},
        **{f"sample.{fact}": round(mean, 4) for fact, mean in means.items()},
        "samples": len(told["samples"]),
    }


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each value; of one that has parts, such as shares, each part as ``name.part``."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{part}", figure) for part, figure in value.items())
        else:
            yield name, value


def _change(gene: str, before: object, after: object) -> Iterator[str]:
    """``width 64 -> 96``, in plain ASCII, which every spreadsheet reads; of shares each that changed."""
    sides = [side if isinstance(side, Mapping) else {} for side in (before, after)]
    if not any(sides):
        yield f"{gene} {_told(before)} -> {_told(after)}"
    for group in dict.fromkeys([*sides[0], *sides[1]]):
        old, new = (side.get(group) for side in sides)
        if old != new:
            yield f"{gene}.{group} {_told(old)} -> {_told(new)}"


def _told(value: object) -> str:
    return "off" if value is None else str(value)
