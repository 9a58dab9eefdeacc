"""Whatever stands in a row, it is read or told as a row that no evolve has written: nothing else is ever raised."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.records.run import IndividualStatus
from evolve.store import fields
from evolve.store.database import Database
from evolve.store.fields import RowError
from evolve.store.paths import RunPaths
from evolve.store.reading import check_rows
from evolve.store.schema import COLUMNS, Rows, read_rows
from tests.store.runs import ballot_of, by_first_ballot, new_run

scalars = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=6), st.binary(max_size=6)
)
json_texts = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
).map(json.dumps)
values = st.one_of(scalars, json_texts)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """At least one row of every table."""
    folder = tmp_path_factory.mktemp("rows") / "run"
    with new_run(folder, evaluated=True) as store:
        store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3"), by_first_ballot)
        store.record_draft(0, "bob", [{"do": "up"}])
        store.record_lost("g0-1", "its worker was killed")
    database = Database(folder / "run.sqlite", read_only=True)
    with database.snapshot() as cursor:
        found = read_rows(cursor)
    database.close()
    assert all(found[table] for table in COLUMNS)
    return found


def altered(data: st.DataObject, rows: Rows) -> Rows:
    """The rows, one field of one of them another."""
    table = data.draw(st.sampled_from(list(COLUMNS)))
    place = data.draw(st.integers(0, len(rows[table]) - 1))
    column = data.draw(st.sampled_from(COLUMNS[table]))
    other = [dict(row) for row in rows[table]]
    other[place][column] = data.draw(values)
    return {**rows, table: other}


@given(data=st.data())
def test_any_field_of_any_row_may_hold_anything(rows: Rows, data: st.DataObject) -> None:
    """It is read, or told."""
    with contextlib.suppress(RowError):
        assert check_rows(altered(data, rows), RunPaths(Path("runs/run"))).name == "run"


@given(value=values)
def test_a_field_is_what_it_must_be_or_told(value: object) -> None:
    """By one kind of error."""
    for read in (
        fields.text, fields.text_or_none, fields.whole, fields.real, fields.array, fields.object_of, fields.texts_of,
        fields.files_of, fields.changes_of, fields.expected_of, fields.genes_of, fields.tiers_of, fields.json_of,
        lambda one: fields.one_of(IndividualStatus, one),
    ):  # fmt: skip
        with contextlib.suppress(RowError):
            read(value)


def test_json_that_is_far_too_deep_is_told() -> None:
    """It would end the program, not the reading."""
    with pytest.raises(RowError, match="is no JSON"):
        fields.json_of("[" * 100_000)
