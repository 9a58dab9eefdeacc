"""Steps become symbols, and symbols steps."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import CorpusError
from evolve.music.representation.steps import Step
from evolve.music.representation.vocabulary import ATTRIBUTES, Vocabulary, build_vocabulary
from tests.music.pieces import lines, vocabularies


@given(st.lists(lines, min_size=1, max_size=5))
def test_what_a_vocabulary_was_built_from_survives_the_round_trip(pieces: list[tuple[Step, ...]]) -> None:
    """Pieces whose every symbol is known come back from their streams as they were."""
    vocabulary = build_vocabulary(pieces, max_pitches=10_000)
    for piece in pieces:
        encoded = vocabulary.encode(piece)
        assert vocabulary.decode(encoded.streams) == piece
        assert encoded.replaced == 0


@given(vocabularies(), lines)
def test_any_steps_can_be_encoded(vocabulary: Vocabulary, line: tuple[Step, ...]) -> None:
    """Whatever comes is put into known symbols, step for step; what was known stays, and the rest is counted."""
    encoded = vocabulary.encode(line)
    decoded = vocabulary.decode(encoded.streams)
    assert len(decoded) == len(line)
    assert {name: stream.dtype for name, stream in encoded.streams.items()} == dict.fromkeys(ATTRIBUTES, np.int32)
    changed = [
        (a.pitches != b.pitches) + (a.duration_ticks != b.duration_ticks) for a, b in zip(line, decoded, strict=True)
    ]
    assert encoded.replaced == sum(changed)
    assert [a.is_rest for a in line] == [b.is_rest for b in decoded]


@given(vocabularies(), lines)
def test_encoding_what_was_decoded_changes_nothing(vocabulary: Vocabulary, line: tuple[Step, ...]) -> None:
    """Replacing happens once: the result is made of known symbols."""
    once = vocabulary.decode(vocabulary.encode(line).streams)
    assert vocabulary.decode(vocabulary.encode(once).streams) == once


@given(vocabularies())
def test_a_vocabulary_survives_json(vocabulary: Vocabulary) -> None:
    """Written as JSON and read again it is the same, symbol for symbol."""
    assert Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json()))) == vocabulary


@pytest.mark.parametrize("data", [{}, {"pitches": 3, "durations": []}, {"pitches": [["x"]], "durations": [1]}])
def test_something_else_than_a_vocabulary_is_a_clear_error(data: dict[str, object]) -> None:
    """JSON that is no vocabulary is the user's to mend, not a traceback."""
    with pytest.raises(CorpusError, match="not a vocabulary"):
        Vocabulary.from_json(data)


def test_the_cap_keeps_rest_and_single_pitches() -> None:
    """The rest and every single pitch are always known; chords fill what the cap leaves."""
    line = [Step((60, 64), 12)] * 5 + [Step((60, 67), 12)] * 3 + [Step((62, 65), 12)]
    singles = ((), (60,), (62,), (64,), (65,), (67,))
    assert build_vocabulary([line], max_pitches=1).pitches == singles
    assert build_vocabulary([line], max_pitches=7).pitches == (*singles, (60, 64))
    assert set(build_vocabulary([line], max_pitches=9).pitches) == {*singles, (60, 64), (60, 67), (62, 65)}


def test_unknown_durations_become_the_nearest_by_ratio() -> None:
    """An eighth triplet is nearer to an eighth than to a quarter, and is reported."""
    vocabulary = Vocabulary(((), (60,)), (12, 24))
    encoded = vocabulary.encode([Step((60,), 16), Step((60,), 18), Step((60,), 16)])
    assert [step.duration_ticks for step in vocabulary.decode(encoded.streams)] == [12, 24, 12]
    assert encoded.replaced_durations == ((16, 12, 2), (18, 24, 1))


def test_sizes_name_every_attribute() -> None:
    """The sizes that networks are built from come by attribute, in order."""
    assert tuple(Vocabulary(((), (60,)), (12,)).sizes) == ATTRIBUTES
