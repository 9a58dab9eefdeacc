"""XML files become trees, and what could fill the memory or reach for other files is refused."""

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.musicxml import read_xml


@pytest.mark.parametrize(
    "text",
    [
        "<a><!-- <!ENTITY --></a>",
        '<!-- <!ENTITY b "ha"> --><a/>',
        '<!DOCTYPE a [<!-- <!ENTITY b "ha"> --><!ELEMENT a ANY>]><a/>',
        "<?note <!ENTITY ?><a/>",
        "<a><![CDATA[<!ENTITY b 'ha'>]]></a>",
        '<!DOCTYPE a PUBLIC "-//A//DTD A//EN" "http://localhost/a.dtd"><a><!-- <!ENTITY --></a>',
    ],
)
def test_a_text_that_only_speaks_of_entities_is_read(text: str) -> None:
    """In comments, instructions and plain text they are none."""
    assert read_xml(text.encode(), "a tree").tag == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY b "ha">',
        '<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!ENTITY b PUBLIC "b" "http://localhost/b">',
        '<!ENTITY % b SYSTEM "http://localhost/b"> %b;',
        "<!-- a comment -->\n<!ENTITY\nb 'ha'>",
        '<!NOTATION n SYSTEM "n"><!ENTITY b SYSTEM "b" NDATA n>',
    ],
)
def test_entities_are_refused(declared: str, encoding: str) -> None:
    """Of every kind and in every encoding, used or not."""
    for body in ("<a/>", "<a>&b;</a>", "<a>"):
        with pytest.raises(CorpusError, match="defines XML entities, which no score needs"):
            read_xml(f"<!DOCTYPE a [{declared}]>{body}".encode(encoding), "a tree")


def test_what_is_broken_beside_an_entity_is_told_as_broken() -> None:
    """In one line, as of any other file."""
    with pytest.raises(CorpusError, match="cannot be read as a tree: not well-formed"):
        read_xml(b"<a><<!ENTITY", "a tree")
