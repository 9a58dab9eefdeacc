"""Where samples are pictures they are looked at in the terminal, and opened with the machine's viewer."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.errors import ExecutionError
from evolve.judging.draft import BallotDraft
from evolve.judging.player import Player, player_command
from evolve.judging.terminal.keys import Wording
from evolve.judging.terminal.pages import paint_help, paint_list, paint_preview
from evolve.judging.terminal.painting import Line
from evolve.judging.terminal.plain import describe
from evolve.judging.terminal.view import View
from evolve.presentation import Facts, Presentation
from evolve.records.ballot import Candidate, CandidateSample
from tests.judging.terminal.test_screen import ENTER, LIST, Listening
from tests.judging.test_player import install, wait_for


def half_blocks(files: Mapping[str, Path], _: Facts, columns: int, rows: int) -> str | None:
    """A picture in one colour, that of its file; of a file without one there is nothing, a broken one is told of."""
    if "image" not in files:
        return None
    red, green, blue = files["image"].read_bytes()[:3] or (None, None, None)
    if red is None:
        raise ExecutionError(f"{files['image'].name} cannot be drawn: it is empty")
    return "\n".join(f"\x1b[38;2;{red};{green};{blue}m{'▀' * columns}\x1b[0m" for _ in range(rows))


PICTURES = Presentation("picture", media={"image": "image/png"}, preview=half_blocks)


def cast(folder: Path, count: int = 2) -> tuple[Candidate, ...]:
    """Candidates with two pictures each, a file of three bytes each."""
    made = []
    for letter in "ABCDEFG"[:count]:
        files = [folder / f"{letter}-{index}.png" for index in (1, 2)]
        for path in files:
            path.write_bytes(bytes((9, 99, 200)))
        samples = [
            CandidateSample(index, {"image": path}, {"colours": 12.5 + index, "symmetric": True, "kind": "tree"})
            for index, path in enumerate(files, start=1)
        ]
        made.append(Candidate(letter, f"g7-{letter}", tuple(samples)))
    return tuple(made)


def view_of(folder: Path) -> View:
    """Two candidates before any step."""
    two = cast(folder)
    draft = BallotDraft.begin([each.id for each in two])
    return View({each.id: each for each in two}, "generation 7", "", draft, PICTURES, cursor=two[0].id)


def lines_of(painted: Line) -> list[str]:
    """The lines of a page without their styles."""
    return "".join(words for _, words in painted).split("\n")


def test_the_list_has_a_column_for_each_fact_and_says_pictures(tmp_path: Path) -> None:
    """Means of numbers, how many of how many where a fact holds or not, and a word that all share."""
    lines = lines_of(paint_list(view_of(tmp_path), 80, 24))

    assert lines[2].split() == ["colours", "symmetric", "kind", "pictures"]
    assert lines[3].split() == ["»", "╭", "1", "A", "14", "2/2", "tree", "○", "○"]
    assert any("1  colours 13.5 · symmetric yes · kind tree" in line for line in lines)
    assert "space open  r preview" in lines[-1]


def test_a_picture_is_drawn_where_a_song_has_its_roll(tmp_path: Path) -> None:
    """In its colours; a file that cannot be drawn is told of, and a sample without one."""
    view = view_of(tmp_path)
    painted = paint_preview(view, 40, 12)
    assert lines_of(painted)[0] == "? A, picture 1"
    assert lines_of(painted)[2:10] == ["▀" * 40] * 8
    assert ("#0963c8", "▀") in {(style.lower(), words[:1]) for style, words in painted}
    (tmp_path / "A-2.png").write_bytes(b"")
    assert "A-2.png cannot be drawn: it is empty" in lines_of(paint_preview(replace(view, number=2), 40, 12))[2]
    bare = {name: replace(one, samples=(CandidateSample(1, {}, {}),)) for name, one in view.candidates.items()}
    assert "nothing to draw of this picture" in lines_of(paint_preview(replace(view, candidates=bare), 60, 12))[2]


def test_the_help_and_the_lines_know_no_music(tmp_path: Path) -> None:
    """Nothing is played, heard or called a song."""
    told = [
        *lines_of(paint_help(view_of(tmp_path), 100, 60)),
        *lines_of(paint_list(view_of(tmp_path), 100, 24)),
        *describe(view_of(tmp_path)),
    ]
    text = " ".join(told)
    assert "open the chosen picture" in text
    assert not [word for word in ("song", "play", "hear", "listen", "♪", "note", "roll") if word in text]
    assert Wording.of(PICTURES).attend == "look at"


def test_pictures_are_opened_and_ranked(tmp_path: Path) -> None:
    """By the keys that play songs; a heart says which picture is loved."""
    heard = Listening(f"{LIST}jK 2f{ENTER}y", cast=cast(tmp_path), presentation=PICTURES)

    assert heard.player.played == ["B-1.png", "B-2.png"]
    assert heard.order == "B♥2 > A"


def test_a_picture_is_opened_with_the_viewer_of_the_desktop(tmp_path: Path) -> None:
    """Where there is a desktop, or where the listener names a viewer; sound goes to none of them."""
    install(tmp_path, "xdg-open", f'echo "$@" >> {tmp_path}/opened')
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert player_command(Path("a.png"), path | {"DISPLAY": ":0"}) == (str(tmp_path / "xdg-open"), "a.png")
    assert player_command(Path("a.png"), {**path, "EVOLVE_VIEWER": "feh -F"}) == ("feh", "-F", "a.png")
    assert player_command(Path("a.ogg"), {"PATH": str(tmp_path), "EVOLVE_VIEWER": "feh"}) == ()
    with Player(path | {"WAYLAND_DISPLAY": "wayland-0"}) as player:
        player.play(Path("a.png"))
        wait_for(lambda: player.playing is None)
        assert player.trouble == ""
    assert (tmp_path / "opened").read_text() == "a.png\n"


@pytest.mark.parametrize("name", ["a.png", "a.txt", "a.html"])
def test_without_a_desktop_the_path_is_told(name: str, tmp_path: Path) -> None:
    """As on a machine that one has come to by ssh."""
    install(tmp_path, "xdg-open", "exit 3")
    with Player({"PATH": str(tmp_path)}) as player:
        player.play(Path(name))
        assert player.trouble == f"no viewer for {Path(name).suffix} files found"
