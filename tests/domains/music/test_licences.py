"""Where music comes from, and under which terms, is told wherever it is learned from."""

import zipfile
from pathlib import Path

from evolve.domains.music.corpus import read_corpus
from evolve.domains.music.corpus_facts import files_facts
from evolve.domains.music.licences import NONE_STATED, licences_in_words
from evolve.domains.music.sources import BUILT_IN, licences_of
from tests.conftest import write_tunes


def test_notices_beside_the_music_are_named(tmp_path: Path) -> None:
    """A folder says nothing by itself; what may say more is named, and nothing else."""
    for name in ("LICENSE", "Readme.md", "COPYING.txt", "licences.mid", "tune.abc", "my-readme.txt"):
        (tmp_path / name).write_text("…")
    (licence,) = licences_of([str(tmp_path)])
    assert (licence.terms, licence.notices) == (NONE_STATED, ("COPYING.txt", "LICENSE", "Readme.md"))
    assert licence.in_words == f"{tmp_path.name}: licence none stated, see COPYING.txt, LICENSE and Readme.md"
    (of_file,) = licences_of([str(tmp_path / "tune.abc")])
    assert (of_file.source, of_file.notices) == ("tune", licence.notices)


def test_a_corpus_knows_the_licence_of_each_source(tmp_path: Path) -> None:
    """Also of one that is named twice; and it is kept as JSON, from which it is told."""
    write_tunes(tmp_path)
    corpus = read_corpus([str(tmp_path), str(tmp_path)])
    (told,) = files_facts(corpus)["licences"]
    assert told == {"source": tmp_path.name, "origin": "", "terms": NONE_STATED, "notices": []}
    assert licences_in_words([told, "rubbish", {"source": 1}]) == [f"{tmp_path.name}: licence none stated"]


def test_what_is_said_of_the_chorales_is_what_their_files_say() -> None:
    """So many of them carry the line."""
    texts = []
    for path in BUILT_IN["bach-chorales"].files():
        with zipfile.ZipFile(path) as archive:
            texts.append(b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace"))
    carrying = [text for text in texts if "© 2004 Margaret Greentree" in text or "© 2003 Margaret Greentree" in text]
    chorales, tunes = licences_of(BUILT_IN)
    assert f"{len(carrying)} of {len(texts)} files" in chorales.origin
    assert "Ryan's Mammoth Collection (Boston, 1883)" in tunes.origin
    assert all(one.terms.startswith(NONE_STATED) for one in (chorales, tunes))
