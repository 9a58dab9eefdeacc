"""MusicXML is read as other programs read it, or otherwise with a reason.

Each reads the same scores, without what is known to differ on purpose (`plain_score`). A fixed part of them is compared
in each run of the tests; with EVOLVE_PEERS=all all of them are, which takes some minutes.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from evolve.domains.music.notation.musicxml import read_musicxml
from evolve.domains.music.notation.reader import unpacked_size
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.sources import BACH_CHORALES
from tests.domains.music.notation.peers import (
    by_partitura,
    by_partitura_in_bars,
    by_us,
    by_us_in_bars,
    by_verovio,
    corpus_files,
    plain_score,
    unmatched,
)

pytestmark = pytest.mark.slow

EVERYTHING: Final = os.environ.get("EVOLVE_PEERS") == "all"
UNEQUAL: Final = "parts have bars of different lengths: each bar is as long as its longest"
EVERY: Final = 1 if EVERYTHING else 6
LARGEST_BYTES: Final = 1_600_000 if EVERYTHING else 400_000

SOLO_RESTS: Final = "bars in which one part has two rests of a whole bar, which partitura and verovio believe"
DIFFERENCES: Final = {
    "bach/bwv171.6": "parts rest for a whole bar beside an upbeat of a quarter note, which partitura makes a bar of 4",
    "demos/drum_sample": "drums have no pitch; partitura cannot read them",
    "monteverdi/madrigal.3.12": SOLO_RESTS,
    "monteverdi/madrigal.3.1_old": SOLO_RESTS,
    "monteverdi/madrigal.3.2": SOLO_RESTS,
    "monteverdi/madrigal.3.4": SOLO_RESTS,
    "monteverdi/madrigal.4.1.": SOLO_RESTS,
    "monteverdi/madrigal.4.16": SOLO_RESTS,
    "monteverdi/madrigal.4.17": SOLO_RESTS,
    "monteverdi/madrigal.4.18": SOLO_RESTS,
    "monteverdi/madrigal.4.2.": SOLO_RESTS,
    "monteverdi/madrigal.4.3": SOLO_RESTS,
    "monteverdi/madrigal.4.4": SOLO_RESTS,
    "monteverdi/madrigal.4.5": SOLO_RESTS,
    "monteverdi/madrigal.4.6": SOLO_RESTS,
    "monteverdi/madrigal.4.7": SOLO_RESTS,
    "monteverdi/madrigal.4.8": SOLO_RESTS,
    "monteverdi/madrigal.4.9": SOLO_RESTS,
    "monteverdi/madrigal.5.1": SOLO_RESTS,
    "monteverdi/madrigal.5.2": SOLO_RESTS,
    "monteverdi/madrigal.5.3": SOLO_RESTS,
    "monteverdi/madrigal.5.6": SOLO_RESTS,
    "schumann_robert/dichterliebe_no2": "both hands tie the same key; partitura ties one hand's to the other's",
    "schumann_robert/opus48no2": "both hands tie the same key; partitura ties one hand's to the other's",
    "trecento/PMFC_06_10": "a tie ends that begins nowhere; we join it, partitura does not",
    "trecento/PMFC_13_04": "an editorial sharp above a B, whose pitch is B; partitura alters it",
    "trecento/PMFC_13_07": "a sign that partitura does not know",
    "trecento/PMFC_24_17": "dotted notes of one division and a half, rounded to two; partitura believes the two",
    "trecento/PMFC_24_6": "parts with bars of 2/2 beside others of 6/8, which we let begin together",
}
"""What sounds otherwise than in partitura, by the beginning of where pieces lie."""

IN_BARS: Final = {
    "beethoven/opus18no1/movement1": "three notes of bar 169 look shorter than they last; it does not add up",
    "demos/drum_sample": DIFFERENCES["demos/drum_sample"],
    "schumann_robert/dichterliebe_no2": "partitura has four tied notes twice",
    "schumann_robert/opus48no2": "partitura has four tied notes twice",
    "schumann_robert/opus41no1/movement1": "triplets are rounded to divisions of 17, which partitura believes",
    "schumann_robert/opus41no1/movement4": "partitura cannot read it",
    "trecento/PMFC_13_04": DIFFERENCES["trecento/PMFC_13_04"],
    "trecento/PMFC_13_07": DIFFERENCES["trecento/PMFC_13_07"],
    "trecento/PMFC_24_17": DIFFERENCES["trecento/PMFC_24_17"],
}
"""What is written otherwise between bar lines."""


@pytest.mark.parametrize("path", BACH_CHORALES.files()[::EVERY], ids=lambda path: str(path.stem))
def test_chorales_are_read_as_partitura_reads_them(path: Path, tmp_path: Path) -> None:
    """Each pitch, onset and duration."""
    score = plain_score(path, as_written=True)
    assert unmatched(by_us(score), by_partitura(score, tmp_path)) == 0


OTHERS: Final = [
    name
    for name, path in corpus_files().items()
    if not name.startswith("bach/") and unpacked_size(path.read_bytes()) <= LARGEST_BYTES
]


@pytest.mark.parametrize("name", OTHERS[::EVERY])
def test_bars_of_other_scores_are_read_as_partitura_reads_them(name: str, tmp_path: Path) -> None:
    """Quartets, madrigals, songs and the music of the trecento, each note as it is written in its bar."""
    if (reason := _reason(IN_BARS, name)) is not None:
        pytest.skip(reason)
    score = plain_score(corpus_files()[name], as_written=True)
    assert by_us_in_bars(score) == by_partitura_in_bars(score, tmp_path)


@pytest.mark.parametrize("name", OTHERS[::EVERY])
def test_other_scores_sound_as_partitura_reads_them(name: str, tmp_path: Path) -> None:
    """Bar after bar, ties joined; where bars are unequal, partitura lets parts drift apart."""
    score = plain_score(corpus_files()[name], as_written=True)
    if (reason := _reason(DIFFERENCES, name)) is not None or UNEQUAL in song_of(read_musicxml(score), "")[1]:
        pytest.skip(reason or "its parts drift apart elsewhere")
    assert unmatched(by_us(score), by_partitura(score, tmp_path)) == 0


def _reason(differences: Mapping[str, str], name: str) -> str | None:
    """Why a piece is read otherwise, if it is."""
    return next((why for beginning, why in differences.items() if name.startswith(beginning)), None)


@pytest.mark.parametrize(
    "name",
    [
        "trecento/PMFC_04-A lle s_andra lo spirt.xml",
        "trecento/PMFC_04-Cara mi donna.xml",
        "trecento/PMFC_04-Quanto piu caro.xml",
        "trecento/PMFC_23_17-Kyrie Principum Effectivum.xml",
        "trecento/PMFC_23_22-Kyrie Summe Clementissime.xml",
    ],
)
def test_transposed_parts_sound_as_verovio_plays_them(name: str) -> None:
    """An octave below what is written, which partitura leaves to its user."""
    score = plain_score(corpus_files()[name], as_written=False)
    assert unmatched(by_us(score), by_verovio(score)) == 0
    assert unmatched(by_us(score), by_us(plain_score(corpus_files()[name], as_written=True))) > 0
