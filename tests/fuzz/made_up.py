"""Inputs that look like what they should be, part by part, with something strange in any of them."""

import json
from typing import Any

from hypothesis import strategies as st

from evolve.domains.music.settings import MusicSettings
from evolve.judging.draft import Action
from evolve.network.genes import GENES
from evolve.settings import CoreSettings
from tests.fuzz.kinds import Input, Kind
from tests.fuzz.made_up_music import abc_texts, kern_texts, midi_files, musicxml_texts
from tests.fuzz.made_up_scores import (
    abc_books,
    kern_scores,
    midi_sequences,
    musicxml_scores,
    mxl_archives,
)
from tests.fuzz.mutations import EXTREMES
from tests.fuzz.real_files import archive_of, real_inputs

IDS = tuple(f"g0-{number}" for number in range(1, 6))
LETTERS = dict(zip("ABCDE", IDS, strict=True))
SONGS = dict.fromkeys(IDS, (1, 2))
"""Of the candidates that every ballot is about."""

_EXTREME_TEXTS = st.sampled_from([one.decode("latin-1") for one in EXTREMES])
_WORDS = st.text(max_size=12) | _EXTREME_TEXTS
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _WORDS
_USUAL_KEYS = {
    "int": ("min_value", "max_value"),
    "float": ("min_value", "max_value"),
    "choice": ("values",),
    "boolean": (),
    "fixed": ("value",),
    "shares": ("values",),
}
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4), max_leaves=12
)


def made_up_inputs(kind: Kind) -> st.SearchStrategy[Input]:
    """Inputs of a kind."""
    strategies = {
        Kind.MIDI: (midi_files() | midi_sequences()).map(lambda data: Input(Kind.MIDI, ".mid", data)),
        Kind.MUSICXML: (musicxml_texts().map(_bytes) | musicxml_scores()).flatmap(_musicxml_or_archive),
        Kind.ABC: (abc_texts().map(_bytes) | abc_books()).map(lambda data: Input(Kind.ABC, ".abc", data)),
        Kind.KERN: (kern_texts() | kern_scores()).map(lambda text: Input(Kind.KERN, ".krn", _bytes(text))),
        Kind.SPACE: _spaces().map(lambda text: Input(Kind.SPACE, ".yaml", _bytes(text))),
        Kind.SETTING: _settings(),
        Kind.BALLOT: _orders() | _steps(),
        Kind.OPENING: midi_files().map(lambda data: Input(Kind.OPENING, ".mid", data)),
        Kind.EXPORT: _exports(),
    }
    return strategies[kind]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _json(value: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(value).encode()


def _musicxml_or_archive(data: bytes) -> st.SearchStrategy[Input]:
    plain = Input(Kind.MUSICXML, ".musicxml", data)
    names = st.sampled_from(
        ["score.xml", "../../up.xml", "META-INF/container.xml", "score.txt", "/etc/score.xml", "a" * 300]
    )
    archives = names.map(lambda name: archive_of(name, data)) | mxl_archives(data)
    return st.just(plain) | archives.map(lambda packed: Input(Kind.MUSICXML, ".mxl", packed))


@st.composite
def _spaces(draw: st.DrawFn) -> str:
    """YAML with known and unknown keys in their places."""
    scalars = _SCALARS.map(str) | st.sampled_from(
        ["*a", "&a 1", "!!int 1", "[1, 2]", "{a: b}", "'", "|", "lstm", "64", "0.5", "jig", "reel", "gentle"]
    )
    keys = ("type", "min_value", "max_value", "step", "sampling", "values", "default", "ordered", "parent_name",
            "parent_values", "value")  # fmt: skip
    lines = ["description: " + draw(scalars), "genes:", "  width: 64"]
    for name in draw(st.lists(st.sampled_from(sorted({*GENES} - {"width"})), max_size=4, unique=True)):
        lines.append(f"  {name if draw(st.integers(0, 19)) else draw(_WORDS)}:")
        kind = draw(st.sampled_from([*_USUAL_KEYS, "itn"]))
        lines.append(f"    type: {kind}")
        strays = draw(st.lists(st.sampled_from(keys), max_size=draw(st.sampled_from([0, 0, 0, 2]))))
        for key in [*_USUAL_KEYS.get(kind, ()), *strays]:
            many = st.lists(scalars, min_size=1, max_size=4).map(lambda some: f"[{', '.join(some)}]")
            lines.append(f"    {key}: {draw(many if key.endswith('values') else scalars)}")
    lines += ["settings:", *(f"  {draw(_setting_names())}: {draw(scalars)}" for _ in range(draw(st.integers(0, 3))))]
    return "\n".join(lines)


def _setting_names() -> st.SearchStrategy[str]:
    known = st.sampled_from([*CoreSettings.model_fields, *MusicSettings.model_fields])
    return st.integers(0, 9).flatmap(lambda number: _WORDS if number == 0 else known)


def _settings() -> st.SearchStrategy[Input]:
    """What `--set` may be given, and what may stand under ``settings`` of a space."""
    usual = st.sampled_from(
        ["1", "2", "8", "0.5", "true", "off", "piano", "melody+bass", "last", "none", "x.mid", "typical", "same_noise"]
    )
    typed = st.tuples(_setting_names(), usual | usual | _SCALARS.map(str)).map("=".join) | st.text(max_size=30)
    in_file = st.tuples(_setting_names(), _SCALARS | st.lists(_SCALARS, max_size=3)).map(list)
    return typed.map(lambda text: Input(Kind.SETTING, ".txt", _bytes(text))) | in_file.map(
        lambda pair: Input(Kind.SETTING, ".json", _json(pair))
    )


def _orders() -> st.SearchStrategy[Input]:
    parts = (
        st.sampled_from(
            [*LETTERS, *IDS, ">", "=", "!", "...", "…", ",", " ", "\n", "♥", "+", "1", "a", "G0-3", "Z", "ß"]
        )
        | _WORDS
    )
    return st.lists(parts, max_size=20).map(lambda some: Input(Kind.BALLOT, ".txt", _bytes(" ".join(some))))


def _steps() -> st.SearchStrategy[Input]:
    """The steps of a saved ballot, replayed."""
    names = st.sampled_from(IDS) | _JSON
    tiers = st.lists(st.lists(names, max_size=3), max_size=4) | _JSON
    moves = st.fixed_dictionaries({"do": st.sampled_from([str(action) for action in Action]), "id": names})
    answers = st.fixed_dictionaries({"do": st.just("answer"), "a": names, "b": names, "better": st.none() | names})
    orders = st.fixed_dictionaries(
        {"do": st.just("order"), "tiers": tiers, "rejected": tiers, "favourites": _JSON, "method": _SCALARS}
    )
    hearts = st.fixed_dictionaries({"do": st.just("heart"), "id": names, "song": st.integers(-1, 3) | _JSON})
    steps = st.lists(moves | answers | orders | hearts | _JSON, max_size=12) | _JSON
    return steps.map(lambda some: Input(Kind.BALLOT, ".json", _json(some)))


@st.composite
def _exports(draw: st.DrawFn) -> Input:
    """A real card and vocabulary with something else in some places of them."""
    whole = json.loads(draw(st.sampled_from(real_inputs(Kind.EXPORT))).data)
    for _ in range(draw(st.integers(1, 3))):
        place, keys = whole, draw(st.integers(1, 6))
        for depth in range(keys):
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            inner = place[key]
            if depth == keys - 1 or not isinstance(inner, dict | list) or not inner:
                place[key] = draw(st.integers() | _JSON)
                break
            place = inner
    return Input(Kind.EXPORT, ".json", _json(whole))
