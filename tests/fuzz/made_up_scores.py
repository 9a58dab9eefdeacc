"""Music made up by the grammar of its format: each sign mostly in its place, so that readers get past line one."""

import io
import zipfile

from hypothesis import strategies as st

from evolve.domains.music.midi_bytes import _as_quantity

_FEW = st.integers(1, 4)


def _some(parts: st.SearchStrategy[str], most: int, between: str = "") -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=most).map(between.join)


_PITCH = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", "", "", "^", "_", "=", "^^", "__", "^/")), st.sampled_from("CDEFGABcdefgab"),
        st.sampled_from(("", "", "", "'", ",", ",,,", "''")),
    ),
)  # fmt: skip
_LENGTH = st.sampled_from(("", "", "", "2", "3", "/", "//", "/2", "3/2", "7/8", "0", "16", "/0", "9999"))
_ORNAMENT = st.sampled_from(
    ("", "", "", "", "~", ".", "u", "!trill!", "!fermata!", "!crescendo(!", "!unknown!", "+trill+",
     '"Am7/G"', '"^above"',
     "{cd}", "{/c}", "(", "-", "!", '"')
)  # fmt: skip
_ABC_NOTE = st.builds(
    lambda ornament, sounds, length, tie: ornament + sounds + length + tie,
    _ORNAMENT,
    _PITCH | _some(_PITCH, 3).map(lambda some: f"[{some}]") | st.sampled_from(("z", "x", "y", "[C2E2G]")),
    _LENGTH,
    st.sampled_from(("", "", "", "", "-", ")", "-|", " -")),
)
_ABC_FIELD = st.sampled_from(
    ("[M:3/4]", "[M:none]", "[M:2+3/8]", "[L:1/16]", "[K:Dmix]", "[K:^f _b]", "[K:clef=bass octave=-1]", "[Q:1/4=90]",
     "[Q:3/8=200]", "[V:1]", "[V:9]", "[P:A]", "[I:linebreak $]", "[r:remark]", "[K:", "[M:0/4]", "[U:T=!trill!]")
)  # fmt: skip
_TUPLET = st.sampled_from(("3", "2", "9", "5:4", "3:2:4", "3::2", "0", "99:1:99"))
_ABC_GROUP = st.one_of(
    _ABC_NOTE,
    _ABC_NOTE,
    _ABC_NOTE,
    st.builds(lambda one, sign, two: one + sign + two, _ABC_NOTE, st.sampled_from(("<", ">", ">>", "<<<")), _ABC_NOTE),
    st.builds(
        "({}{}".format, st.sampled_from(("3", "2", "9", "5:4", "3:2:4", "3::2", "0", "99:1:99")), _some(_ABC_NOTE, 4)
    ),
    _ABC_FIELD,
    st.sampled_from(("Z", "Z4", "X2", "Z999999", "&", "&&", "& &", " ", "$", "\\\n", "% remark\n", "y2")),
)
_ABC_BAR = st.sampled_from(
    ("|", "|", "|", "||", "|]", "[|", "|:", ":|", "::", ":||:", "|1", ":|2", "[1,3", "|[2-4", ".|", "&|")
)
_ABC_LINE = st.builds(
    "".join, st.lists(st.builds("{}{}".format, _some(_ABC_GROUP, 6), _ABC_BAR), min_size=1, max_size=4)
)
_ABC_BETWEEN = st.sampled_from(
    ("", "", "", "V:1", "V:2 clef=bass", "V:1 name=up", "w: la la- _ * | la", "W: words", "K:G", "M:6/8", "L:1/4",
     "P:B", "%%score (1 2)", "%%MIDI program 40", "s: !p! *", "r:remark", "U: T = !trill!", "m: ~n2 = n",
     "I:abc-charset latin-1", "T:second")
)  # fmt: skip


@st.composite
def abc_books(draw: st.DrawFn) -> bytes:
    """Tunes with equal and odd numbers, in voices, in some charset."""
    tunes = []
    for _ in range(draw(_FEW)):
        voices = draw(st.sampled_from(("", "", "V:1\nV:2 clef=bass transpose=-12\n", "%%score (1 2) {3}\nV:1\n")))
        head = f"X:{draw(st.sampled_from((1, 1, 2, '', 99)))}\nT:{draw(st.sampled_from(('Tune', 'Café', '')))}\n"
        metre, unit = (
            draw(st.sampled_from(("4/4", "6/8", "C|", "(2+3)/8", "none"))),
            draw(st.sampled_from((8, 8, 16, 4))),
        )
        body = [line for _ in range(draw(_FEW)) for line in (draw(_ABC_BETWEEN), draw(_ABC_LINE)) if line]
        tunes.append(
            f"{head}M:{metre}\nL:1/{unit}\n{voices}K:{draw(st.sampled_from(('C', 'Dm', 'HP', 'none')))}\n"
            + "\n".join(body)
        )
    text = draw(st.sampled_from(("", "%abc-2.1\n", "%%abc-charset iso-8859-1\n", "\ufeff"))) + "\n\n".join(tunes)
    return text.encode(draw(st.sampled_from(("utf-8", "utf-8", "latin-1", "utf-16"))), "replace")


_KERN_NOTE = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(("4", "8", "2.", "16", "12", "0", "3%2", "q8", "", "4..")),
    st.sampled_from(("c", "dd", "GG", "e-", "f#", "bn", "ggg##", "r", "c#")),
    st.sampled_from(("", "", "", "L", "J", ";", "T", "]", "_", "yy", "/")),
    st.sampled_from(("", "", "", " 4e", " 8g 8b", "[", "\\")),
)
_KERN_RECORDS = st.sampled_from(
    ("*^", "*v", "*x", "*+", "*-", "*", "*M3/4", "*M2/4%3", "*MM72", "*k[b-e-]", "*clefF4", "*ITrd-1c-2", "*I\"Horn",
     "!", "!local",
     "!!global", "!!!COM: Anon", "",
     "=1", "=:|!", "=2-", "==", "*>A", "*>[A,B]", "*tuplet", "**text", "*Icor")
)  # fmt: skip


@st.composite
def kern_scores(draw: st.DrawFn) -> str:
    """Spines that split, join, change places and end, and are mostly counted right."""
    width = draw(_FEW)
    lines = [
        "\t".join(draw(st.lists(st.sampled_from(("**kern", "**kern", "**dynam")), min_size=width, max_size=width)))
    ]
    for _ in range(draw(st.integers(6, 30))):
        kind = draw(st.sampled_from(("notes", "notes", "notes", "bar", "path", "path", "any")))
        count = max(1, width + draw(st.sampled_from((0,) * 15 + (1, -1))))
        if kind == "notes":
            tokens = draw(st.lists(_KERN_NOTE | st.just("."), min_size=count, max_size=count))
        elif kind == "bar":
            tokens = [draw(st.sampled_from(("=", "=1", "==", "!", "=:|!")))] * count
        elif kind == "path":
            tokens, width = _path(draw, width)
        else:
            tokens = draw(st.lists(_KERN_RECORDS, min_size=count, max_size=count))
        lines.append("\t".join(tokens))
        if draw(st.integers(0, 9)) == 0:
            lines.append(draw(st.sampled_from(("!! said of all", "!!!OTL: title", "", "!!!!SEGMENT: a"))))
    return "\n".join([*lines, "\t".join(["*-"] * width)])


def _path(draw: st.DrawFn, width: int) -> tuple[list[str], int]:
    """A line that splits, joins or exchanges spines, and how many there are then."""
    at, kind = draw(st.integers(0, width - 1)), draw(st.sampled_from(("*^", "*v", "*x")))
    tokens = ["*"] * width
    tokens[at] = kind
    if kind == "*^":
        return tokens, width + 1
    tokens[at - 1] = kind  # of a single spine its only one, which is wrong
    return tokens, max(1, width - 1) if kind == "*v" else width


_AMOUNTS = st.sampled_from((*("1", "2", "4", "3") * 12, "0", "-2", "1000", "0.5", "x", ""))
_TIME = st.sampled_from(
    ("<time><beats>3+2</beats><beat-type>8</beat-type></time>", "<time><senza-misura/></time>",
     "<time><beats>2</beats><beat-type>4</beat-type><beats>3</beats><beat-type>8</beat-type></time>",
     "<time><beats>4</beats></time>")
)  # fmt: skip
_XML_SIGNS = st.builds(
    lambda form, amount: form.replace("N", amount),
    st.sampled_from(
        ("<backup><duration>N</duration></backup>", "<forward><duration>N</duration><voice>2</voice></forward>",
         "<attributes><transpose><diatonic>-1</diatonic><chromatic>N</chromatic></transpose></attributes>",
         "<attributes><transpose><chromatic>2</chromatic><octave-change>N</octave-change><double/></transpose></attributes>",
         "<attributes><divisions>N</divisions></attributes>", "<attributes><staves>N</staves></attributes>",
         '<attributes><transpose number="2"><chromatic>N</chromatic></transpose></attributes>',
         '<sound tempo="N"/>', '<sound dacapo="yes"/>', '<barline><ending number="1,N" type="start"/></barline>',
         '<barline><repeat direction="forward"/></barline>', "<print/>")
    ),
    _AMOUNTS,
)  # fmt: skip


@st.composite
def _xml_note(draw: st.DrawFn) -> str:
    cue = draw(st.sampled_from(("", "", "", "", "<cue/>", "<grace/>", '<grace slash="yes"/><cue/>', "<chord/>")))
    sound = draw(st.sampled_from(("<rest/>", '<rest measure="yes"/>', "<unpitched/>")) | _xml_pitch())
    after = draw(
        st.sampled_from(
            ("", "", "", '<tie type="start"/>', '<tie type="stop"/><tie type="start"/>',
             "<voice>2</voice><staff>2</staff>",
             "<type>eighth</type><time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
             "</time-modification>", '<instrument id="P0-I2"/>')
        )
    )  # fmt: skip
    return f"<note>{cue}{sound}<duration>{draw(_AMOUNTS)}</duration>{after}</note>"


def _xml_pitch() -> st.SearchStrategy[str]:
    return st.builds(
        "<pitch><step>{}</step>{}<octave>{}</octave></pitch>".format,
        st.sampled_from("CDEFGAB"),
        st.sampled_from(("", "", "<alter>1</alter>", "<alter>-0.5</alter>")),
        st.integers(1, 7),
    )


@st.composite
def musicxml_scores(draw: st.DrawFn) -> bytes:
    """Measures of parts, by part or by time, with transpositions, several voices, metres of sums and cue notes."""
    parts, measures = draw(_FEW), draw(_FEW)
    first = "<attributes><divisions>2</divisions></attributes>"
    signs = _some(_xml_note() | _xml_note() | _XML_SIGNS, 8)
    cells = [
        [first * (number == 0) + draw(st.just("") | _attributes()) + draw(signs)
         for number in range(measures)]
        for _ in range(parts)
    ]  # fmt: skip
    listed = "".join(f'<score-part id="P{part}"><part-name>p</part-name></score-part>' for part in range(parts))
    columns = [list(column) for column in zip(*cells, strict=True)]
    if draw(st.booleans()):
        root, inner = "score-partwise", _nested(cells, '<part id="P{}">{}</part>', '<measure number="{}">{}</measure>')
    else:
        root, inner = (
            "score-timewise",
            _nested(columns, '<measure number="{}">{}</measure>', '<part id="P{}">{}</part>'),
        )
    text = f"<{root} version='4.0'><part-list>{listed}</part-list>{inner}</{root}>"
    encoding = draw(st.sampled_from(("UTF-8", "UTF-8", "UTF-16", "ISO-8859-1")))
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


def _nested(rows: list[list[str]], outer: str, inner: str) -> str:
    """What the rows hold, each within its numbered element, and each cell within its own."""
    within = ["".join(inner.format(number, cell) for number, cell in enumerate(row)) for row in rows]
    return "".join(outer.format(number, row) for number, row in enumerate(within))


def _attributes() -> st.SearchStrategy[str]:
    return _TIME.map(lambda time: f"<attributes>{time}</attributes>")


@st.composite
def mxl_archives(draw: st.DrawFn, score: bytes) -> bytes:
    """An archive whose container names the score, or another, a missing, a wrong or a nested file."""
    names = ("score.xml", "deep/er/score.musicxml", "a b.xml", "ä.xml", "score.mid")
    name = draw(st.sampled_from(names))
    named = draw(
        st.sampled_from(
            (name, name, name, "missing.xml", "META-INF/container.xml", "../x.xml", "", "decoy.xml", "/" + name)
        )
    )
    roots = f'<rootfile full-path="{named}"/>' * draw(st.integers(0, 2))
    wrong = draw(st.sampled_from(("", "", "", "<", "&bomb;")))
    container = f"<container><rootfiles>{roots}</rootfiles></container>{wrong}"
    files = {"META-INF/container.xml": container.encode(), "decoy.xml": b"<score-partwise/>", name: score}
    if draw(st.booleans()):
        files |= {"inner.mxl": archive(files)}
    kept = [one for one in draw(st.permutations(list(files))) if draw(st.integers(0, 9))]
    return archive({one: files[one] for one in kept})


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP archive of these files, with one date, so that the same files are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


@st.composite
def midi_sequences(draw: st.DrawFn) -> bytes:
    """Whole files of each format, in which ends are missing or left over, and programs are set in any track."""
    form = draw(st.sampled_from((0, 1, 1, 2, 2)))
    tracks = draw(st.lists(_midi_events(), min_size=1, max_size=1 if form == 0 else 5))
    header = b"MThd" + b"".join(n.to_bytes(2, "big") for n in (0, 6, form, len(tracks), 96))
    return header + b"".join(b"MTrk" + len(one).to_bytes(4, "big") + one for one in tracks)


@st.composite
def _midi_events(draw: st.DrawFn) -> bytes:
    """A track in which few pitches are struck often; some events leave their status out."""
    body, running = bytearray(draw(st.sampled_from((b"", b"", b"", b"\0\xff\x21\1\1", b"\0\xff\x21\1\xff")))), 0
    for _ in range(draw(st.integers(0, 60))):
        status = draw(st.sampled_from((0x90, 0x90, 0x90, 0x80, 0x80, 0xC0, 0xB0, 0xD0))) | draw(
            st.sampled_from((0, 0, 0, 1, 9, 15))
        )
        data = bytes([draw(st.integers(58, 64)), draw(st.sampled_from((0, 80, 127)))])
        body += _as_quantity(draw(st.sampled_from((0, 0, 24, 96, 300))))
        if status != running or draw(st.booleans()):
            body.append(status)
        body += data[:1] if status >> 4 in (0xC, 0xD) else data
        running = status
    return bytes(body) + draw(st.sampled_from((b"\0\xff\x2f\0", b"\0\xff\x2f\0", b"\x87\x00\xff\x2f\0", b"")))
