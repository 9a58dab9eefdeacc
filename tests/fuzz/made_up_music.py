"""Music files made up part by part: mostly music, some parts strange."""

from hypothesis import strategies as st

from evolve.domains.music.midi_bytes import _as_quantity

_NUMBERS = st.integers(0, 8) | st.sampled_from(
    ["-1", "0", "0.5", "1e9", "1e308", "nan", "127", "10000", "4294967296", "9" * 25, "", "x", "1/3", "3+2"]
)
_STEPS = st.sampled_from("CDEFGAB")


@st.composite
def midi_files(draw: st.DrawFn) -> bytes:
    """A header and tracks of events, each of which may lie about itself."""
    division = draw(st.sampled_from([480] * 12 + [96, 24, 24, 1, 0, 32767, 0xE250]))
    tracks = [draw(_midi_track()) for _ in range(draw(st.sampled_from([1, 1, 2, 2, 3, 4, 0])))]
    said = draw(st.sampled_from([len(tracks), len(tracks), 0, 65535]))
    form = draw(st.sampled_from([1, 1, 1, 0, 2, 77]))
    header = b"MThd" + b"".join(n.to_bytes(2, "big") for n in (0, 6, form, said, division))
    wrapped = header + b"".join(tracks)
    return b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + wrapped if draw(st.integers(0, 20)) == 0 else wrapped


@st.composite
def _midi_track(draw: st.DrawFn) -> bytes:
    waits = st.integers(0, 200) | st.sampled_from([0x7F, 0x80, 0x3FFF, 0xFFFFF, 0xFFFFFFF])
    events = draw(
        st.lists(st.tuples(waits, st.one_of(_notes(), _notes(), _notes(), _channel(), _meta(), _sysex())), max_size=60)
    )
    body = b"".join(_as_quantity(wait) + event for wait, event in events)
    end = draw(st.sampled_from([b"\0\xff\x2f\0"] * 12 + [b"", b"\0\xff"]))
    body += end
    size = draw(st.sampled_from([len(body)] * 24 + [0, len(body) + 5, 0xFFFFFFFF]))
    return draw(st.sampled_from([b"MTrk"] * 24 + [b"XFIH"])) + size.to_bytes(4, "big") + body


def _notes() -> st.SearchStrategy[bytes]:
    """A note that starts and soon stops, or one of both alone."""
    pitch, channel, long = st.integers(0, 127), st.integers(0, 15), st.integers(1, 127)
    whole = st.builds(lambda c, p, w: bytes([0x90 | c, p, 80, w, 0x80 | c, p, 0]), channel, pitch, long)
    half = st.builds(lambda s, p, v: bytes([s, p, v]), st.integers(0x80, 0x9F), pitch, st.integers(0, 127))
    return st.integers(0, 9).flatmap(lambda number: half if number == 0 else whole)


def _channel() -> st.SearchStrategy[bytes]:
    values = st.integers(0, 127) | st.sampled_from([0, 127, 128, 255])
    two = st.builds(
        lambda s, a, b: bytes([s, a, b]), st.sampled_from([0xA0, 0xB0, 0xB9, 0xE0, 0xC0, 0xD0]), values, values
    )
    one = st.builds(lambda s, a: bytes([s, a]), st.sampled_from([0xC0, 0xC5, 0xD0]), values)
    running = st.builds(lambda a, b: bytes([a, b]), st.integers(0, 127), st.integers(0, 127))
    return two | one | running


def _meta() -> st.SearchStrategy[bytes]:
    kinds = st.sampled_from([0, 1, 3, 3, 0x20, 0x2F, 0x51, 0x51, 0x54, 0x58, 0x58, 0x59, 0x7F])
    return st.builds(
        lambda kind, body: b"\xff" + bytes([kind]) + _as_quantity(len(body)) + body, kinds, st.binary(max_size=6)
    )


def _sysex() -> st.SearchStrategy[bytes]:
    return st.builds(lambda body: b"\xf0" + _as_quantity(len(body)) + body, st.binary(max_size=6))


@st.composite
def musicxml_texts(draw: st.DrawFn) -> str:
    """Parts of measures of notes, with whatever else MusicXML can have between them."""
    plain = ["", '<?xml version="1.0"?>'] * 10
    declared = draw(st.sampled_from([*plain, '<?xml version="1.0" encoding="UTF-16"?>', _BOMB]))
    parts = [f'<part id="P{part}">{draw(_measures())}</part>' for part in range(draw(st.integers(1, 3)))]
    named = range(len(parts) + draw(st.sampled_from([0] * 9 + [-1, 1])))
    names = st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=5)
    listed = "".join(f'<score-part id="P{part}"><part-name>{draw(names)}</part-name></score-part>' for part in named)
    root = draw(st.sampled_from(["score-partwise"] * 20 + ["score-timewise"]))
    return f"{declared}<{root}><part-list>{listed}</part-list>{''.join(parts)}</{root}>"


_BOMB = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@st.composite
def _measures(draw: st.DrawFn) -> str:
    measures = []
    for number in range(draw(st.integers(1, 4))):
        inside = ["<attributes><divisions>4</divisions></attributes>"]
        if number == 0 and draw(st.integers(0, 3)) == 0:
            divisions, beats, unit = draw(_NUMBERS), draw(_NUMBERS), draw(_NUMBERS)
            inside = [f"<attributes><divisions>{divisions}</divisions><time><beats>{beats}</beats>"
                      f"<beat-type>{unit}</beat-type></time></attributes>"]  # fmt: skip
        some = st.integers(0, 9).flatmap(lambda which: _xml_others() if which == 0 else _xml_notes())
        inside += draw(st.lists(some, min_size=4, max_size=14))
        measures.append(f'<measure number="{number}">{"".join(inside)}</measure>')
    return "".join(measures)


@st.composite
def _xml_notes(draw: st.DrawFn) -> str:
    plain = draw(st.integers(0, 19)) > 0
    octave, long = (draw(st.integers(2, 6)), draw(st.integers(1, 8))) if plain else (draw(_NUMBERS), draw(_NUMBERS))
    pitch = f"<pitch><step>{draw(_STEPS)}</step><octave>{octave}</octave></pitch>"
    sort = draw(
        st.sampled_from(
            [pitch] * 6 + ["<rest/>", "<unpitched/>", "", pitch.replace("</step>", "</step><alter>99</alter>")]
        )
    )
    before = draw(st.sampled_from([""] * 20 + ["<chord/>", "<chord/>", "<grace/>", "<cue/>"]))
    after = draw(
        st.sampled_from(
            [""] * 40
            + ['<tie type="start"/>', '<tie type="stop"/>', "<type>breve</type>", "<dot/>" * 9, "<staff>9</staff>",
               "<voice>-1</voice>", "<time-modification><actual-notes>0</actual-notes><normal-notes>0</normal-notes>"
               "</time-modification>"]
        )
    )  # fmt: skip
    return f"<note>{before}{sort}<duration>{long}</duration>{after}</note>"


def _xml_others() -> st.SearchStrategy[str]:
    return st.builds(
        lambda form, number: form.replace("N", str(number)),
        st.sampled_from(
            [
                "<backup><duration>N</duration></backup>",
                "<forward><duration>N</duration></forward>",
                '<sound tempo="N"/>',
                "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>N</per-minute>"
                "</metronome></direction-type></direction>",
                '<barline><repeat direction="backward" times="N"/></barline>',
                "<attributes><transpose><chromatic>N</chromatic></transpose></attributes>",
                "<attributes><key><fifths>N</fifths></key></attributes>",
                "<harmony><root><root-step>C</root-step></root><kind>N</kind></harmony>",
                "<attributes><measure-style><multiple-rest>N</multiple-rest></measure-style></attributes>",
            ]
        ),
        _NUMBERS,
    )


_ABC_SIGNS = (
    *"CDEFGABcdefgab" * 12,
    *"||||||||~%&$()>-^_=2/z\n",
    *("c'", "C,,", "||", "|:", ":|", "[1", "[CEG]", "(3", "(9", "<<", "{c}", '"Am"', "!trill!", "[M:3/4]", "[K:"),
    *("/2", "3/", "99999999", "/0", "w: la", "V:1\n"),
)


@st.composite
def abc_texts(draw: st.DrawFn) -> str:
    """One or several tunes: a head, and bars of notes and signs."""
    tunes = []
    for number in range(draw(st.integers(1, 3))):
        metre = draw(st.sampled_from(["4/4", "6/8", "C|"] * 12 + ["none", "0/0", "1000/1", "3+2/8"]))
        unit, speed = draw(_NUMBERS), draw(_NUMBERS)
        head = [f"X:{number}", f"M:{metre}", f"L:1/{draw(st.sampled_from([4, 8, 8, 8, 8, unit]))}"]
        head += draw(st.sampled_from([[], [], [], [f"Q:{speed}"]]))
        key = draw(st.sampled_from(["C", "Dm", "F#mix"] * 4 + ["none", "HP", "z9"]))
        signs = st.sampled_from(_ABC_SIGNS)
        body = draw(st.lists(signs, min_size=draw(st.sampled_from([0, 16, 16])), max_size=60))
        tunes.append("\n".join([*head, f"K:{key}", "".join(body)]))
    return "\n\n".join(tunes)


_KERN_TOKENS = (
    *["4c", "8dd", "2.GG", "4e", "16ee-", "8f#", "4r", "=", "."] * 6,
    *("4c 4e 4g", "*M4/4", "*MM80", "*^", "*v", "*-", "*clefF4", "!!", "[2c", "4c]", "0c", "00c", "3%2c", "4.......c"),
    *("q", "99999999c", "c", "*x"),
)


@st.composite
def kern_texts(draw: st.DrawFn) -> str:
    """Spines side by side, which split, join, and lose count."""
    spines = draw(st.integers(1, 3))
    tokens = st.sampled_from(_KERN_TOKENS)
    lines = ["\t".join(["**kern"] * spines)]
    for _ in range(draw(st.integers(8, 40))):
        same = draw(st.booleans())
        token = draw(tokens)
        lines.append(
            "\t".join([token if same else draw(tokens) for _ in range(spines + draw(st.sampled_from([0] * 9 + [1])))])
        )
    return "\n".join([*lines, "\t".join(["*-"] * spines)])
