"""A song's facts read well in a line, whichever of them there are."""

import subprocess
import sys

from evolve.domains.music.facts.words import Fact, one_line

Facts = dict[str, Fact]
LENGTH: Facts = {"notes": 500, "seconds": 191.6, "range": "C2–A5", "repetition": 0.12}
COPIED: Facts = {"copied_notes": 9, "copied_from": "bwv66.6"}
FAR: Facts = {"distance": 1.9, "distance_polyphony": 3.12, "farthest": "polyphony"}


def test_the_line_reads_well() -> None:
    """What a listener sees of a song is short and clear."""
    assert one_line(LENGTH | COPIED | FAR | {"stuck": "", "ended": True}) == (
        "500 notes, ends by itself · 3:12 · C2–A5 · repeats 12 % · copied ≤ 9 notes (bwv66.6)"
        " · unlike the corpus in polyphony (+3.1)"
    )


def test_facts_of_older_runs_have_a_line() -> None:
    """What they do not tell is left out."""
    assert one_line(LENGTH) == "500 notes · 3:12 · C2–A5 · repeats 12 %"
    assert one_line(LENGTH | COPIED) == "500 notes · 3:12 · C2–A5 · repeats 12 % · copied ≤ 9 notes (bwv66.6)"
    assert one_line(LENGTH | {"copied_notes": 0, "copied_from": ""}).endswith("repeats 12 % · nothing copied")


def test_a_stuck_song_says_so_first() -> None:
    """Before anything else, in capitals."""
    assert one_line(LENGTH | {"stuck": "one note, 40 times"}).startswith("STUCK in one note, 40 times · 500 notes · ")


def test_a_song_that_was_cut_off_says_so() -> None:
    """It did not end by itself."""
    assert one_line({"notes": 1, "ended": False}) == "1 note, cut off"


def test_a_small_distance_is_not_worth_a_word() -> None:
    """Every piece is a little unlike the others."""
    assert "unlike" not in one_line(LENGTH | FAR | {"distance_polyphony": -2.9})
    assert "pitch class entropy (-4.0)" in one_line(
        {"farthest": "pitch_class_entropy_bits", "distance_pitch_class_entropy_bits": -4.0}
    )


def test_facts_of_another_kind_make_no_line() -> None:
    """The caller finds another way to tell them."""
    assert one_line({"brightness": 3}) == ""


def test_presentation_facts_needs_no_numpy() -> None:
    """A list of songs is shown at once."""
    code = "import sys, evolve.domains.music.facts.words; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
