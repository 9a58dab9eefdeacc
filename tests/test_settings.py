"""The settings of a run: where they come from, what wins, and what every mistake is told as."""

import textwrap
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evolve.domains.music.presentation import PRESENTATION
from evolve.domains.music.settings import MusicSettings
from evolve.errors import SettingsError
from evolve.genetics.space_file import parse_space
from evolve.inputs.yaml_files import to_yaml
from evolve.network.genes import GENES
from evolve.settings import CoreSettings, Given, parse_assignment
from evolve.settings import settle as settle_both

ALLOWED = ", ".join([*CoreSettings.model_fields, *MusicSettings.model_fields])


class RunSettings(CoreSettings, MusicSettings):
    """The core's and music's settings side by side, as they lie in files."""


def settle(given: Iterable[Given]) -> RunSettings:
    """What these values make of a run of music."""
    return RunSettings.model_validate(settle_both(given, MusicSettings, PRESENTATION.screening).dump())


MISTAKES = [
    (Given("popluation", 3, "--set popluation=3"),
     f'--set popluation=3: there is no setting "popluation"; allowed: {ALLOWED}; did you mean "population"?'),
    (Given("xyzzy", 3, "--set xyzzy=3"), f'--set xyzzy=3: there is no setting "xyzzy"; allowed: {ALLOWED}'),
    (Given("population", 0, "--population"), "--population: population must be greater than or equal to 1; it is 0"),
    (Given("population", 10_001, "--population"),
     "--population: population must be less than or equal to 10000; it is 10001"),
    (Given("population", "many", "q.yaml, line 3"), "q.yaml, line 3: population must be a whole number; it is 'many'"),
    (Given("population", 2.5, "q.yaml, line 3"),
     "q.yaml, line 3: population must be a whole number; it is 2.5"),
    (Given("seconds", "inf", "--set seconds=inf"), "--set seconds=inf: seconds must be a finite number; it is 'inf'"),
    (Given("seconds", 0, "--set seconds=0"), "--set seconds=0: seconds must be greater than 0; it is 0"),
    (Given("hang_limit", 3, "--set hang_limit=3"),
     "--set hang_limit=3: hang_limit must be greater than or equal to 10; it is 3"),
    (Given("exploration", 1.5, "x"), "x: exploration must be less than or equal to 1; it is 1.5"),
    (Given("mutation_rate", -1, "x"), "x: mutation_rate must be greater than or equal to 0; it is -1"),
    (Given("targets", "all", "x"), "x: targets must be 'every' or 'last'; it is 'all'"),
    (Given("seed", -1, "--seed"), "--seed: seed must be greater than or equal to 0; it is -1"),
    (Given("seed", 2**63, "--seed"), f"--seed: seed must be less than {2**63}; it is {2**63}"),
    (Given("corpus", [], "x"), "x: corpus needs at least one; it is []"),
    (Given("songs", None, "--set songs="), "--set songs=: songs has no value; give one, or leave it out: it is 5 then"),
    (Given("parents", 9, "--parents"), "--parents: parents is 9, but at most 8 fit: the population"),
    (Given("elites", 8, "--elites"),
     "--elites: elites is 8, but at most 7 fit: the population less one, or nobody would be new"),
    (Given("screening", "loudest", "--set screening=loudest"),
     "--set screening=loudest: screening must be 'validation_loss', 'distance', 'stuck', 'copied_notes' or "
     "'sample'; it is 'loudest'"),
    (Given("newcomers", 8, "--set newcomers=8"),
     "--set newcomers=8: newcomers is 8, but at most 7 fit: the population less the elites"),
]  # fmt: skip


@pytest.mark.parametrize(("given_value", "message"), MISTAKES, ids=lambda value: getattr(value, "where", ""))
def test_a_mistake_is_told_with_its_place_what_came_and_what_is_allowed(given_value: Given, message: str) -> None:
    """In one line, in the words of the setting, not of a library."""
    with pytest.raises(SettingsError) as told:
        settle([given_value])
    assert str(told.value) == message


def test_without_anything_given_the_defaults_stand() -> None:
    """Those of the command line's help."""
    assert settle([]) == RunSettings(screening=next(iter(PRESENTATION.screening)))
    assert (RunSettings().population, RunSettings().parents, RunSettings().generations, RunSettings().songs) == (
        8,
        3,
        5,
        5,
    )


def test_more_who_come_back_than_are_heard_are_told() -> None:
    """Nobody would hear anyone new; asked for by nobody, they become fewer."""
    large = [Given("population", 1000, "--population"), Given("heard", 10, "--set heard=10")]
    with pytest.raises(SettingsError) as told:
        settle([*large, Given("elites", 10, "--elites")])
    assert str(told.value) == (
        "--elites: elites is 10, but at most 9 fit: those who are heard less one, or nobody new would be"
    )
    assert settle([*large, Given("elites", 12, "q.yaml, line 1", is_firm=False)]).elites == 9


def test_later_values_win() -> None:
    """A command line stands behind the space's own settings and overrides them."""
    space = [Given("songs", 3, "q.yaml, line 1", is_firm=False), Given("notes", 120, "q.yaml, line 2", is_firm=False)]
    config = settle([*space, Given("songs", 4, "--songs")])
    assert (config.songs, config.notes) == (4, 120)


def test_a_value_that_was_overridden_is_not_looked_at() -> None:
    """The command line can mend what a space file has wrong."""
    assert settle([Given("songs", -5, "q.yaml, line 1"), Given("songs", 4, "--songs")]).songs == 4


def test_the_place_of_a_mistake_is_that_of_the_value_that_won() -> None:
    """Not of one it replaced."""
    with pytest.raises(SettingsError, match=r"^--songs: songs must"):
        settle([Given("songs", 3, "q.yaml, line 1"), Given("songs", 0, "--songs")])


@pytest.mark.parametrize(
    ("population", "expected"), [(1, (1, 0, 0)), (2, (2, 1, 0)), (3, (3, 1, 1)), (8, (3, 1, 1)), (20, (3, 1, 1))]
)
def test_defaults_shrink_to_a_small_population(population: int, expected: tuple[int, int, int]) -> None:
    """So that `--population 2` alone is no mistake, and there is still a child."""
    config = settle([Given("population", population, "--population")])
    assert (config.parents, config.elites, config.newcomers) == expected


def test_what_a_space_file_sets_gives_way_and_what_was_asked_for_does_not() -> None:
    """A firm value that does not fit is told; a loose one shrinks."""
    loose = [Given(name, 6, "q.yaml, line 1", is_firm=False) for name in ("parents", "elites", "newcomers")]
    config = settle([*loose, Given("population", 4, "--population")])
    assert (config.parents, config.elites, config.newcomers) == (4, 3, 0)
    config = settle([Given("population", 4, "--population"), Given("newcomers", 3, "--set newcomers=3")])
    assert (config.elites, config.newcomers) == (1, 3)


@hypothesis_settings(deadline=None)
@given(st.integers(1, 40), *[st.none() | st.integers(0, 40)] * 3)
def test_whatever_is_settled_makes_a_generation(
    population: int, parents: int | None, elites: int | None, newcomers: int | None
) -> None:
    """At least one parent at most everyone, somebody new, and no more newcomers than places."""
    loose = {"parents": parents or None, "elites": elites, "newcomers": newcomers}
    values = [Given(name, value, "s.yaml", is_firm=False) for name, value in loose.items() if value is not None]
    config = settle([*values, Given("population", population, "--population")])
    assert 1 <= config.parents <= population
    assert 0 <= config.elites < population
    assert 0 <= config.newcomers < population - config.elites
    for name, value in loose.items():
        assert value is None or getattr(config, name) <= value


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("epochs=20", "epochs", "20"),
        (" epochs = 20 ", "epochs", "20"),
        ("opening=a=b.mid", "opening", "a=b.mid"),
        ("mutation_rate=", "mutation_rate", None),
        ("mutation_rate=None", "mutation_rate", None),
        ("chord_tokens=null", "chord_tokens", None),
    ],
)
def test_assignments_are_read(text: str, name: str, value: str | None) -> None:
    """The first ``=`` divides; nothing, none and null unset."""
    assert parse_assignment(text) == Given(name, value, f"--set {text}")


@pytest.mark.parametrize("text", ["epochs", "", "=5", " = "])
def test_an_assignment_without_a_key_is_told(text: str) -> None:
    """With what was typed and an example of what would do."""
    with pytest.raises(SettingsError) as told:
        parse_assignment(text)
    assert str(told.value) == f"--set {text}: must be key=value, such as --set epochs=20"


def test_a_setting_that_is_a_whole_number_is_never_told_of_a_decimal_point() -> None:
    """Whoever wrote 1,000 would have one instead of a thousand."""
    wholes = {name for name, field in RunSettings.model_fields.items() if type(field.default) is int}
    for name in wholes:
        with pytest.raises(SettingsError, match=r"; without the comma: 1000$"):
            settle([parse_assignment(f"{name}=1,000")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed=" + "9" * 5000, "seed must be a whole number that is far smaller; it is '9999"),
        ("population=1,000", "population must be a whole number; it is '1,000'; without the comma: 1000"),
        ("seconds=1,5", "seconds must be a number; it is '1,5'; with a decimal point: 1.5"),
        ("seconds=1e400", "seconds must be a finite number; it is '1e400'"),
        ("seconds=1e300", "seconds must be less than or equal to 10000000; it is '1e300'"),
        ("corpus=", "corpus has no value; give one, or leave it out: it is fiddle-tunes then"),
        (
            "opening=\udcff.mid",
            r"opening must have a name that is text (UTF-8); rename the file or folder",
        ),
        ("corpus=a\0b", r"corpus must have a name that is text (UTF-8); rename the file or folder; it is 'a\x00b'"),
        ("x" * 5000 + "=1", f'there is no setting "{"x" * 59}…"; allowed: seed, population'),
    ],
    ids=lambda value: value[:8],
)
def test_what_nobody_means_is_told_in_plain_words_and_cut(text: str, said: str) -> None:
    """Endless numbers and names, and names that cannot be kept."""
    with pytest.raises(SettingsError) as told:
        settle([parse_assignment(text)])
    assert said in str(told.value)
    assert len(str(told.value)) < 800


def test_text_is_read_as_what_the_setting_needs() -> None:
    """As it comes from ``--set``."""
    texts = ("epochs=20", "seconds=1e2", "temperature=0.9", "corpus=fiddle-tunes", "targets=last", "mutation_rate=0.2",
             "gpus_per_trial=0.5", "opening=x.mid")  # fmt: skip
    config = settle(map(parse_assignment, texts))
    assert (config.epochs, config.seconds, config.temperature) == (20, 100.0, 0.9)
    assert (config.corpus, config.targets, config.opening) == (("fiddle-tunes",), "last", "x.mid")
    assert (config.mutation_rate, config.gpus_per_trial) == (0.2, 0.5)


@pytest.mark.parametrize(("text", "read"), [("fit", "fit"), (" FIT ", "fit"), ("2", 2.0), ("0", 0.0), ("none", None)])
def test_gpus_of_a_trial_are_a_number_a_share_or_what_fits(text: str, read: float | str | None) -> None:
    """And stay so when they are stored."""
    config = settle([parse_assignment(f"gpus_per_trial={text}")])
    assert config.gpus_per_trial == read
    assert RunSettings.model_validate(config.model_dump(mode="json")).gpus_per_trial == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("some", "gpus_per_trial must be a number, or fit; it is 'some'"),
        ("1.5", "gpus_per_trial must be a whole number where it is more than one GPU; it is '1.5'"),
        ("-1", "gpus_per_trial must be greater than or equal to 0; it is '-1'"),
    ],
)
def test_gpus_that_no_trial_can_have_are_refused(text: str, said: str) -> None:
    """Ray gives whole GPUs, or a part of one."""
    with pytest.raises(SettingsError) as told:
        settle([parse_assignment(f"gpus_per_trial={text}")])
    assert said in str(told.value)


@pytest.mark.parametrize(("text", "read"), [("3", 3), ("1", 1), ("off", 1), ("False", 1)])
def test_halving_is_switched_off_in_words_too(text: str, read: int) -> None:
    """As it is by default."""
    assert settle([parse_assignment(f"halving={text}")]).halving == read


@pytest.mark.parametrize("value", [True, "on"])
def test_halving_is_not_switched_on_without_a_number(value: object) -> None:
    """On does not say how many are begun."""
    with pytest.raises(SettingsError, match="halving must be a"):
        settle([Given("halving", value, f"halving={value}")])


def test_a_setting_can_be_unset_again() -> None:
    """What a space file sets and the command line empties takes its default meaning."""
    file = Given("mutation_rate", 0.5, "s.yaml, line 1", is_firm=False)
    assert settle([file, parse_assignment("mutation_rate=none")]).mutation_rate is None


def test_settings_survive_being_stored() -> None:
    """As JSON, and back: what resume works from."""
    config = settle([Given("corpus", ["a", "b"], "x"), Given("mutation_rate", 0.25, "x")])
    assert RunSettings.model_validate(config.model_dump(mode="json")) == config


def test_settings_cannot_be_changed() -> None:
    """A record is checked once and stays so."""
    with pytest.raises(ValueError, match="frozen"):
        RunSettings().songs = 3


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("endings", "maybe", "endings must be true or false; it is 'maybe'"),
        ("tracks", "melody+soprano", "tracks must have melody or soprano: both are the highest track"),
        ("tracks", "melody+drums", "tracks must be piano, or different ones of melody, chords, bass"),
        ("tracks", "melody+melody", "tracks must be piano, or different ones of"),
        ("repetition_guard", "harsh", "repetition_guard must be 'off', 'gentle' or 'strict'"),
        ("grid", "5", "grid must be 4, 6, 8, 12 or 24"),
        ("top_p", "0", "top_p must be greater than 0"),
    ],
)
def test_settings_of_the_music_say_what_they_may_be(name: str, value: str, said: str) -> None:
    """One line names the setting, what is allowed, and what came."""
    with pytest.raises(SettingsError) as told:
        settle([Given(name, value, f"--set {name}={value}")])
    assert said in str(told.value)


@pytest.mark.parametrize("tracks", ["Melody + bass", "soprano+alto+tenor+bass", "piano", "chords"])
def test_tracks_are_named_by_their_roles(tracks: str) -> None:
    """Spaces and capitals are no mistake."""
    config = settle([Given("tracks", tracks, "--set")])
    assert config.roles == tuple(role.strip().lower() for role in tracks.split("+"))


def settled(text: str) -> RunSettings:
    """What a space file settles that says this under its settings."""
    file = parse_space(f"genes: {{depth: 1}}\nsettings:\n{textwrap.indent(text, '  ')}", "s.yaml", GENES)
    return settle(Given(name, value, f"s.yaml, line {line}", is_firm=False) for name, value, line in file.settings)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("off", "repetition_guard", "off"), ("no", "repetition_guard", "off"), ("FALSE", "repetition_guard", "off"),
        ("Off", "repetition_guard", "off"), ("'off'", "repetition_guard", "off"),
        ("GENTLE", "repetition_guard", "gentle"), ("no", "endings", False), ("on", "loudness", True),
        ("TRUE", "loudness", True), ("False", "endings", False), ("null", "mutation_rate", None),
        ("~", "mutation_rate", None), ("", "mutation_rate", None), ("none", "mutation_rate", None),
        ("null", "opening", None), ("'null'", "opening", "null"), ("none", "opening", "none"), ("12", "opening", "12"),
        ("012", "opening", "012"), ("1e3", "opening", "1e3"), ("on", "opening", "on"), ("2026-01-01", "opening",
        "2026-01-01"), ("'3'", "songs", 3), ("3", "songs", 3), ("0x10", "songs", 16), ("012", "songs", 12),
        ("1e1", "songs", 10), ("5.", "songs", 5), ("1_000", "notes", 1000), ("'1e-3'", "exploration", 0.001),
        (".5", "exploration", 0.5), ("1e5", "seconds", 100_000.0), ("fit", "gpus_per_trial", "fit"),
        ("FIT", "gpus_per_trial", "fit"), ("~", "gpus_per_trial", None), ("'12'", "grid", 12), ("1", "corpus", ("1",)),
        ("[on, 1, ~/music]", "corpus", ("on", "1", "~/music")), ("Last", "targets", "last"),
    ],
)  # fmt: skip
def test_a_setting_in_a_file_means_what_a_person_means_by_it(text: str, name: str, value: object) -> None:
    """What a text means its setting says: off is a word of one, and false of another."""
    assert getattr(settled(f"{name}: {text}"), name) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("songs:", "songs has no value; give one, or leave it out: it is 5 then"),
        ("endings: ~", "endings has no value; give one, or leave it out: it is true then"),
        ("tracks: null", "tracks has no value; give one, or leave it out: it is piano then"),
        ("repetition_guard: on", "repetition_guard must be 'off', 'gentle' or 'strict'; it is 'on'"),
        (
            "tracks: 1",
            "tracks must be piano, or different ones of melody, chords, bass, soprano, alto, tenor joined by "
            "+; it is '1'",
        ),
        ("seconds: 30 s", "seconds must be a number; it is '30 s'; give the number alone, without a unit"),
        ("seconds: 1:30", "seconds must be a number; it is '1:30'"),
        ("seconds: .inf", "seconds must be a number; it is '.inf'"),
        ("exploration: 0,5", "exploration must be a number; it is '0,5'; with a decimal point: 0.5"),
        ("songs: 2.5", "songs must be a whole number; it is '2.5'"),
        ("seed: 2026-01-01", "seed must be a whole number; it is '2026-01-01'"),
        ("songs: yes", "songs must be a whole number; it is 'yes'"),
        ("endings: maybe", "endings must be true or false; it is 'maybe'"),
    ],
)
def test_a_setting_that_means_nothing_is_told_as_it_was_written(text: str, said: str) -> None:
    """With its file and line, and never as what a library has made of it."""
    with pytest.raises(SettingsError) as told:
        settled(text)
    assert str(told.value) == f"s.yaml, line 3: {said}"


@pytest.mark.parametrize("text", ["repetition_guard=off", "endings=no", "mutation_rate=null", "mutation_rate=~",
                                  "songs=0x10", "seconds=1e2", "grid= 12 "])  # fmt: skip
def test_the_command_line_takes_what_a_file_takes(text: str) -> None:
    """The same words, the same numbers."""
    name, _, value = text.partition("=")
    assert settle([parse_assignment(text)]) == settled(f"{name}: {value}")


def test_every_number_among_the_settings_is_read_as_one() -> None:
    """A setting that is added is not forgotten: 1e1 is ten for all of them."""
    numbers = {name for name, value in RunSettings().model_dump().items() if type(value) in (int, float)}
    for name in numbers - {"grid", "exploration", "crossover_rate", "top_p", "hang_limit", "window", "chord_tokens"}:
        assert getattr(settled(f"{name}: 1e0"), name) == 1
    for name, value in (("window", 100), ("chord_tokens", 100), ("hang_limit", 100)):
        assert getattr(settled(f"{name}: 1e2"), name) == value


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
TRICKY = st.sampled_from(
    ["off", "no", "null", "~", "none", "1", "012", "0x10", "1e5", "1:30", "1_0", ".5", "=", "<<", "2026-01-01", "- a",
     "a: b", "#", " x ", "'", '"', "true", "NaN", ".inf", "é", "e\u0301", "\ufeffa", "a\x85b", "\u2028", "\t", "\n"]
)  # fmt: skip
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "corpus": st.lists(WORDS | TRICKY, min_size=1, max_size=4),
        "opening": st.none() | WORDS | TRICKY,
        "seed": st.integers(0, 2**63 - 1),
        "seconds": st.floats(1e-300, 1e7),
        "exploration": st.floats(0, 1),
        "mutation_rate": st.none() | st.floats(0, 1),
        "gpus_per_trial": st.none() | st.just("fit") | st.floats(0, 1) | st.integers(0, 8),
        "repetition_guard": st.sampled_from(["off", "gentle", "strict"]),
        "endings": st.booleans(),
        "grid": st.sampled_from([4, 6, 8, 12, 24]),
        "screening": st.sampled_from(list(PRESENTATION.screening)),
        "memory_per_trial": st.none() | st.floats(1e-300, 1e6),
    },
)


@hypothesis_settings(deadline=None)
@given(CONFIGS)
def test_what_evolve_writes_of_its_settings_it_reads_back(values: dict[str, object]) -> None:
    """The settings of a run can be copied into a space file as they are, whatever they are."""
    config = RunSettings.model_validate({"screening": "sample", **values})
    assert settled(to_yaml(config.model_dump(mode="json"))) == config
