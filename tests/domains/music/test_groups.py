"""Kinds of tune are read from fields and titles."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.cache import FOLDER_VARIABLE
from evolve.domains.music.corpus import Corpus, read_corpus
from evolve.domains.music.corpus_facts import corpus_facts
from evolve.domains.music.groups import (
    EVERYTHING,
    LEAST_PIECES,
    LONGEST_KIND,
    MOST_GROUPS,
    OTHER,
    Group,
    Grouping,
    Provenance,
    group_pieces,
    groups_of,
    kind_in_title,
    kind_said,
)
from evolve.domains.music.midi import write_midi
from evolve.domains.music.reshaping import transposed
from evolve.errors import printable
from tests.domains.music.pieces import song_of, tune


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


SCALE = "C D E F | G A B c | e d c B | {} |"


def origins(
    count: int, *, source: str = "book", folders: Sequence[str] = (), kind: str = "", mode: str = "major"
) -> list[Provenance]:
    """So many pieces of which the same is known."""
    return [Provenance(source, tuple(folders), kind, mode)] * count


def sizes(grouping: Grouping) -> dict[str, int]:
    """How many pieces each group has."""
    return dict(Counter(grouping.names))


any_origin = st.builds(
    Provenance,
    st.sampled_from(["a", "b", "other"]),
    st.sampled_from([(), ("x",), ("x", "y"), ("y",), ("z", "x")]),
    st.sampled_from(["", "reel", "jig", "other"]),
    st.sampled_from(["major", "minor"]),
)


@given(st.lists(st.tuples(any_origin, st.integers(1, 30)), min_size=1, max_size=25))
def test_every_piece_has_one_group_and_none_is_too_small(repeated: list[tuple[Provenance, int]]) -> None:
    """As many names as pieces, few groups, all of them large enough, or one called ``all``."""
    pieces = [origin for origin, times in repeated for _ in range(times)]
    grouping = group_pieces(pieces)
    counts = sizes(grouping)
    assert len(grouping.names) == len(pieces)
    assert len(counts) <= MOST_GROUPS
    assert (set(counts) == {EVERYTHING}) == (len(counts) == 1) == (grouping.by == ())
    assert len(counts) == 1 or min(counts.values()) >= LEAST_PIECES


@given(st.lists(any_origin, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_the_pieces(pieces: list[Provenance], random: Random) -> None:
    """Of equal pieces in another order each has the group that it had."""
    grouping = group_pieces(pieces)
    order = list(range(len(pieces)))
    random.shuffle(order)
    again = group_pieces([pieces[place] for place in order])
    assert again.names == tuple(grouping.names[place] for place in order)
    assert again.by == grouping.by


def test_folders_go_before_kinds_and_kinds_before_modes() -> None:
    """The first of them that gives two groups at least is what groups come from."""
    modes = [*origins(15, mode="minor"), *origins(25)]
    assert group_pieces(modes) == Grouping(("minor",) * 15 + ("major",) * 25, ("mode",))
    kinds = [*origins(20, kind="reel"), *origins(12, kind="jig", mode="minor"), *origins(10)]
    assert group_pieces(kinds).by == ("kind of tune",)
    assert sizes(group_pieces(kinds)) == {"reel": 20, "jig": 12, OTHER: 10}
    folders = [
        *origins(20, folders=["rock"], kind="reel"),
        *origins(20, folders=["jazz", "old"], kind="jig"),
        *origins(10),
    ]
    assert group_pieces(folders).by == ("folder",)
    assert sizes(group_pieces(folders)) == {"rock": 20, "jazz": 20, "book": 10}


def test_folders_count_from_where_pieces_part() -> None:
    """A folder that holds all others divides nothing; a single folder beside pieces does not either."""
    deep = [*origins(12, folders=["all", "rock"]), *origins(12, folders=["all", "jazz"])]
    assert sizes(group_pieces(deep)) == {"rock": 12, "jazz": 12}
    single = [*origins(12, folders=["rock"]), *origins(12)]
    assert group_pieces(single) == Grouping((EVERYTHING,) * 24, ())


def test_kinds_that_few_pieces_tell_are_chance() -> None:
    """Where fewer than half of the pieces say what they are, they are parted by mode."""
    pieces = [*origins(12, kind="reel"), *origins(11, kind="jig"), *origins(24, mode="minor")]
    assert sizes(group_pieces(pieces)) == {"major": 23, "minor": 24}


def test_small_groups_become_other_and_a_few_strays_go_with_the_largest() -> None:
    """Clogs and flings are one group where they are enough together, and else change the largest group hardly."""
    large = [*origins(200, kind="reel"), *origins(100, kind="jig")]
    some = [*origins(9, kind="clog"), *origins(8, kind="fling")]
    assert sizes(group_pieces([*large, *some])) == {"reel": 200, "jig": 100, OTHER: 17}
    assert sizes(group_pieces([*large, *some[:9]])) == {"reel": 209, "jig": 100}


def test_of_very_many_groups_the_largest_stay() -> None:
    """There are twelve at most, one of them for all that remains."""
    pieces = [origin for k in range(20) for origin in origins(30 + k, kind=f"kind {k:02}")]
    counts = sizes(group_pieces(pieces))
    assert len(counts) == MOST_GROUPS
    assert counts[OTHER] == sum(30 + k for k in range(9))


def test_each_source_has_groups_of_its_own() -> None:
    """A source that nothing divides is one group; what two sources have by one name is told apart by theirs."""
    tunes = [*origins(40, kind="reel"), *origins(40, kind="jig")]
    other = [*origins(40, source="songs", kind="reel"), *origins(40, source="songs", kind="waltz")]
    piano = origins(50, source="piano")
    grouping = group_pieces([*tunes, *other, *piano])
    assert sizes(grouping) == {"book reel": 40, "jig": 40, "songs reel": 40, "waltz": 40, "piano": 50}
    assert grouping.by == ("kind of tune", "source")


def test_files_that_are_sources_each_are_one_source() -> None:
    """Whoever names every file gets the groups of a folder of them."""
    pieces = [
        origin
        for k in range(15)
        for origin in (*origins(1, source=f"{k}", kind="reel"), *origins(1, source=f"{k} too", kind="jig"))
    ]
    assert group_pieces(pieces) == Grouping(("reel", "jig") * 15, ("kind of tune",))


def test_groups_are_told_the_largest_first() -> None:
    """Each with its pieces and their notes."""
    told = groups_of(["b", "a", "b", "c"], [1, 10, 2, 4])
    assert told == (Group("b", 2, 3), Group("a", 1, 10), Group("c", 1, 4))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to put music into, with an empty cache."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def counted_groups(corpus: Corpus) -> dict[str, int]:
    """How many pieces each group of a corpus has."""
    return {group.name: group.pieces for group in corpus.groups}


def write_tunes(folder: Path, count: int) -> None:
    """So many MIDI files of different tunes."""
    folder.mkdir(exist_ok=True)
    for k in range(count):
        (folder / f"{k}.mid").write_bytes(write_midi(transposed(song_of(tune(60 + k)), k % 5)))


def test_subfolders_of_a_folder_are_groups(place: Path) -> None:
    """MIDI files in two folders and beside them: each has its folder's name, which can be shown."""
    write_tunes(place / "rock\n", 12)
    write_tunes(place / "jazz", 11)
    write_tunes(place, 10)
    corpus = read_corpus([str(place)])
    assert counted_groups(corpus) == {"rock\\n": 12, "jazz": 11, "music": 10}
    assert corpus.grouped_by == ("folder",)
    facts = corpus_facts(corpus)
    assert sum(group["notes"] for group in facts["groups"]) == facts["steps"]
    assert sum(group["held_out"] for group in facts["groups"]) == facts["held_out"]["pieces"]
    assert facts["grouped_by"] == ["folder"]


def test_a_book_of_tunes_is_parted_by_what_its_fields_and_titles_say(place: Path) -> None:
    """R: of a tune goes before its title, its title before an R: for the whole book."""
    notes = [SCALE.format(f"G{'A' * (k % 4)}{'B' * (k // 4)}") for k in range(30)]
    said = ["R:Jig\nT:My Reel"] * 10 + ["T:Morning Reel"] * 10 + ["T:Nothing"] * 10
    tunes = [
        f"X:{k}\n{head}\nM:4/4\nL:1/4\nK:C\n{own}\n" for k, (head, own) in enumerate(zip(said, notes, strict=True))
    ]
    (place / "book.abc").write_text("\n".join(tunes))
    assert counted_groups(read_corpus([str(place / "book.abc")])) == {"jig": 10, OTHER: 10, "reel": 10}
    (place / "book.abc").write_text("\n".join(["R:POLKA\n", *tunes]))
    assert counted_groups(read_corpus([str(place)])) == {"jig": 10, "polka": 10, "reel": 10}


def test_names_of_files_tell_kinds_too(place: Path) -> None:
    """MIDI files say no kind; what they are called may."""
    for k in range(24):
        name = f"{k} Morning{'Reel' if k % 2 else '_waltz'}.mid"
        (place / name).write_bytes(write_midi(song_of(tune(60 + k))))
    assert counted_groups(read_corpus([str(place)])) == {"reel": 12, "waltz": 12}


@pytest.mark.slow
def test_the_built_in_corpora_have_their_groups() -> None:
    """The fiddle tunes by what their fields and titles say, the chorales by mode; both together, both."""
    tunes, chorales = read_corpus(["fiddle-tunes"]), read_corpus(["bach-chorales"])
    assert counted_groups(tunes) == {"reel": 439, "hornpipe": 250, "jig": 239, OTHER: 82, "strathspey": 49}
    assert counted_groups(chorales) == {"major": 187, "minor": 177}
    both = read_corpus(["fiddle-tunes", "bach-chorales"])
    assert counted_groups(both) == {
        "reel": 439, "hornpipe": 250, "jig": 239, "major": 187, "minor": 177, OTHER: 131,
    }  # fmt: skip
    assert both.grouped_by == ("kind of tune", "mode")
