"""What all trials of a run work from: prepared once, kept as plain data, and the same when it is read back."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from evolve.domain import Preparation
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.set_figures import SetFigures
from evolve.domains.music.material import (
    Material,
    default_heads,
    opening_facts,
    opening_from_facts,
    prepare,
    tokenizers_in,
)
from evolve.domains.music.midi import read_midi, write_midi
from evolve.domains.music.notices import check_groups, groups_notices, playing_notice
from evolve.domains.music.reshaping import shifted
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.kinds import learn
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.genome import Genome
from tests.execution.settings import small_settings, small_space


def song_of_one_pitch(pitch: int, notes: int = 80) -> bytes:
    """A MIDI file of quarter notes."""
    line = [Note(pitch, place * 24, 24) for place in range(notes)]
    return write_midi(Song((Track(Notes.of(line)),), title="low"))


def prepared(tunes: Path, space: SearchSpace | None = None, **changes: object) -> Preparation:
    """What a run keeps."""
    return prepare(small_settings(tunes, **changes).own, space or small_space(), 5)


def loaded(tunes: Path, **changes: object) -> Material:
    """What a store gives back."""
    settings = small_settings(tunes, **changes)
    kept = prepare(settings.own, small_space(), settings.core.seed)
    return Material.load(kept.data, kept.facts, small_space(), settings.own, settings.core.seed)


def test_what_is_prepared_is_what_is_read_back(tunes: Path) -> None:
    """The same tokens and the same opening, twice; nothing of it is a pickle."""
    kept, again = prepared(tunes), prepared(tunes)
    assert kept.facts == again.facts
    material = loaded(tunes)
    assert opening_facts(material.opening) == kept.facts["opening"]
    assert opening_from_facts(kept.facts["opening"]) == material.opening
    assert kept.data[:2] == b"PK"
    together = SetFigures.from_json(kept.facts["corpus"]["set_figures"])
    assert (together.songs, together.notes_median, together.ended) == (7, 120, None)
    assert {artifact.kind for artifact in kept.files["opening"]} == {"midi", "audio", "roll"}
    assert kept.notices == ()


def test_the_groups_of_a_corpus_are_told_and_kept(grouped_tunes: Path) -> None:
    """Folders of a corpus are its groups, of every piece that is learned from or held out."""
    kept = prepared(grouped_tunes)
    facts = kept.facts["corpus"]
    assert kept.groups == ("high", "low")
    assert [(group["name"], group["pieces"]) for group in facts["groups"]] == [("high", 12), ("low", 12)]
    assert sum(group["notes"] for group in facts["groups"]) == facts["notes"]
    assert facts["grouped_by"] == ["folder"]
    encoded = loaded(grouped_tunes).encoded
    for names, groups in (
        (encoded.training_names, encoded.training_groups),
        (encoded.held_out_names, encoded.held_out_groups),
    ):
        assert groups == tuple(name.split("/")[0] for name in names)


def test_what_is_skipped_is_told_with_the_command_that_tells_why(tunes: Path, tmp_path: Path) -> None:
    """Quoted as a shell wants it."""
    mixed = tmp_path / "my tunes"
    shutil.copytree(tunes, mixed)
    (mixed / "text.mid").write_text("no music")
    (notice,) = prepared(mixed).notices
    assert notice.startswith("1 of 9 pieces was skipped, 8 are left to learn from; ")
    assert notice.endswith(f"evolve corpus check '{mixed}'")


def test_what_networks_read_in_place_of_an_opening_is_told(tunes: Path, tmp_path: Path) -> None:
    """An opening of one's own may have what the corpus does not; the corpus's own never does."""
    (tmp_path / "mine.mid").write_bytes(song_of_one_pitch(1))
    notices = prepared(tunes, opening=str(tmp_path / "mine.mid")).notices
    assert all(notice.startswith("mine.mid: the corpus does not have ") for notice in notices)
    assert loaded(tunes, opening=str(tmp_path / "mine.mid")).opening.source == "mine.mid"


def test_a_corpus_without_bars_is_told_where_networks_could_read_them(tunes: Path, tmp_path: Path) -> None:
    """Not to whoever has the gene fixed off."""
    for path in tunes.iterdir():
        loose = shifted(read_midi(path.read_bytes(), path.name), 5)
        (tmp_path / path.name).write_bytes(write_midi(dataclasses.replace(loose, bar_lines=())))
    (notice,) = prepared(tmp_path).notices
    assert notice.endswith("without bars, so networks are not told where in the bar they are")
    off = parse_space("genes: {bar_position: false, depth: {type: int, min_value: 1, max_value: 2}}", "off.yaml", GENES)
    assert prepared(tmp_path, off.space).notices == ()


def test_several_tracks_are_chosen_one_after_the_other_unless_a_genome_says_otherwise(tunes: Path) -> None:
    """A single one is chosen at once with its duration; what a genome has is left as it is."""
    material = loaded(tunes)
    assert material.genes(Genome.from_dict({"depth": 2})) == {"heads": "independent", "depth": 2}
    assert material.genes(Genome.from_dict({"heads": "chained"})) == {"heads": "chained"}
    two = learn(
        "notes", [Song(tuple(Track(Notes.of([Note(60, 0, 24)])) for _ in "ab"))], "ab", TokenizerSettings(), [Metre()]
    )
    assert default_heads(two) == "chained"


def test_an_opening_that_cannot_be_is_told_before_the_corpus_is_read(tunes: Path, tmp_path: Path) -> None:
    """A corpus may take minutes."""
    (tmp_path / "short.mid").write_bytes(song_of_one_pitch(60, notes=9))
    settings = small_settings(tunes, opening=str(tmp_path / "short.mid")).own
    read: list[int] = []
    with pytest.raises(CorpusError, match="has 9 notes, chords and rests, and 50 are needed"):
        prepare(settings, small_space(), 5, lambda done, _: read.append(done))
    assert read == []


def test_a_space_says_which_tokenizers_its_networks_need() -> None:
    """Those of the gene, and notes where there is none."""
    both = parse_space("genes: {tokenizer: {type: choice, values: [events, notes]}}", "both.yaml", GENES).space
    assert tokenizers_in(both) == ("events", "notes")
    assert tokenizers_in(small_space()) == ("notes",)


def test_a_gene_without_groups_to_choose_from_is_told() -> None:
    """It is left out, which a corpus of one group is no reason to end for."""

    def told(diet: str, *groups: str) -> list[str]:
        return list(groups_notices(parse_space(f"genes: {{depth: 1, diet: {diet}}}", "s.yaml", GENES).space, groups))

    left_out = "there are no two groups of pieces to choose from, so networks have no gene diet"
    assert told("{type: shares}", "jig", "reel") == []
    assert told("{type: shares}", "jig") == [left_out]


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        (["jig", "reel"], "diet names jigg, which the corpus does not have; its groups: jig and reel; did you mean"),
        (
            ["all"],
            "diet names jigg and reel, which the corpus does not have; it has none; name some of these, or write",
        ),
    ],
)
def test_a_group_that_the_corpus_has_not_is_refused(groups: list[str], reason: str) -> None:
    """Before anything is trained: with those that there are, and the nearest spelling."""
    space = parse_space("genes: {depth: 1, diet: {type: shares, values: [jigg, reel]}}", "s.yaml", GENES).space
    with pytest.raises(CorpusError, match=reason):
        check_groups(space, groups)
    check_groups(space, ["jigg", "reel", "waltz"])


@pytest.mark.parametrize(
    ("settings", "notices"),
    [
        ({}, []),
        ({"temperature": 1.0}, []),
        ({"epochs": 5, "top_p": 0.9}, []),
        (
            {"temperature": 0.8},
            ["temperature is a gene of this space: each network plays with its own, the setting has no effect"],
        ),
        (
            {"repetition_guard": "strict", "temperature": 0.8},
            [
                "temperature and repetition_guard are genes of this space: each network plays with its own, the "
                "settings have no effect"
            ],
        ),
    ],
)
def test_a_setting_that_no_network_goes_by_is_told(settings: dict[str, object], notices: list[str]) -> None:
    """Where somebody chose it, and each network has a gene of its name."""
    text = "genes: {temperature: {type: float, min_value: 0.5, max_value: 1.5}, repetition_guard: gentle}"
    given = MusicSettings.model_validate(settings)
    assert list(playing_notice(parse_space(text, "plays.yaml", GENES).space, given)) == notices
    assert list(playing_notice(small_space(), given)) == []


def test_a_setting_that_some_networks_go_by_is_nothing_to_tell() -> None:
    """A gene that another one switches off leaves networks to the setting."""
    text = (
        "genes: {cell: {type: choice, values: [lstm, gru]}, "
        "temperature: {type: float, min_value: 0.5, max_value: 1.5, parent_name: cell, parent_values: [gru]}}"
    )
    space = parse_space(text, "some.yaml", GENES).space
    assert list(playing_notice(space, MusicSettings(temperature=0.8))) == []


def test_a_chosen_temperature_is_told_as_the_run_starts(tunes: Path) -> None:
    """With whatever else there is to tell."""
    space = parse_space("genes: {temperature: {type: float, min_value: 0.5, max_value: 1.5}}", "t.yaml", GENES).space
    (notice,) = prepared(tunes, space, temperature=0.7).notices
    assert notice.startswith("temperature is a gene of this space")
