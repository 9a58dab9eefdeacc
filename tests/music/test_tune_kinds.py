"""Kinds of tune are read from fields and titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import printable
from evolve.music.tune_kinds import LONGEST_KIND, kind_in_title, kind_said


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("reel", "reel"), (" REEL ", "reel"), ("Reels", "reel"), ("double jig", "jig"), ("slipjig", "slip jig"),
        ("Slip-Jig", "slip jig"), ("slip jigs", "slip jig"), ("highland fling", "fling"), ("Valse", "waltz"),
        ("Waltzes", "waltz"), ("reel, hornpipe", "reel"), ("Polska", "polska"), ("slow  Air", "slow air"), ("", ""),
    ],
)  # fmt: skip
def test_what_a_field_says_is_one_kind_however_it_is_written(said: str, kind: str) -> None:
    """Capitals, plurals and hyphens do not matter; a kind that is not known stays in its own words."""
    assert kind_said(said) == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("CAMP MEETING -- JIG.", "jig"), ("Beebe's -- Hornpipe", "hornpipe"), ("AcaciaReel", "reel"),
        ("WALK AROUND. -- CARVE DAT POSSUM.", "walkaround"), ("march_of_the_jigs-02", "jig"), ("Reeling in", ""),
        ("bwv10.7", ""), ("The Bride", ""),
    ],
)  # fmt: skip
def test_a_title_tells_the_last_known_kind_in_it(title: str, kind: str) -> None:
    """Of titles and names of files, words alone count, not their parts; most titles tell none."""
    assert kind_in_title(title) == kind


@given(st.text())
def test_any_text_gives_a_short_kind_that_can_be_shown(text: str) -> None:
    """Whatever a file says, its kind fits into a table, and reading a kind again does not change it."""
    kind = kind_said(text)
    assert len(kind) <= LONGEST_KIND
    assert printable(kind) == kind
