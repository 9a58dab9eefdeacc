"""Two sides that see one folder hear each other, and each goes on where it left off."""

import shutil
from pathlib import Path

import pytest

from evolve.clusters.channels import folder_channel
from evolve.clusters.channels.folder_channel import FolderChannel
from evolve.clusters.channels.message import ChannelClosedError, Message, to_frame


@pytest.fixture
def sides(tmp_path: Path) -> tuple[FolderChannel, FolderChannel]:
    """The run's and the cluster's."""
    return FolderChannel(tmp_path / "a", tmp_path / "b"), FolderChannel(tmp_path / "b", tmp_path / "a")


def test_messages_arrive_both_ways_and_in_order(sides: tuple[FolderChannel, FolderChannel]) -> None:
    """With their data; none is heard twice."""
    home, cluster = sides
    home.send(Message("job", {"number": 1}, b"material"))
    for number in range(3):
        cluster.send(Message("progressed", {"epoch": number}))
    assert cluster.receive(1) == Message("job", {"number": 1}, b"material")
    assert [home.receive(1) for _ in range(3)] == [Message("progressed", {"epoch": number}) for number in range(3)]
    assert home.receive(0) is None


def test_what_was_kept_is_deleted_and_nothing_else(
    sides: tuple[FolderChannel, FolderChannel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The songs of a thousand networks do not lie there twice; the last that was heard may not be kept yet."""
    monkeypatch.setattr(folder_channel, "_SEGMENT_BYTES", 100)
    home, cluster = sides
    for number in range(4):
        cluster.send(Message("finished", {"id": f"g0-{number}"}, b"song" * 30))
    for number in range(4):
        heard = home.receive(1)
        assert heard is not None
        assert heard.facts["id"] == f"g0-{number}"
        left = sorted(int(path.name) for path in (tmp_path / "b").iterdir())
        assert left == list(range(number + 1, 5))
    assert home.receive(0) is None


def test_whoever_comes_back_hears_what_they_have_not_kept(
    sides: tuple[FolderChannel, FolderChannel], tmp_path: Path
) -> None:
    """A run that was killed between hearing and keeping hears it once more, and what it kept never again."""
    home, cluster = sides
    for number in range(3):
        cluster.send(Message("started", {"id": f"g0-{number}"}))
    assert [home.receive(1) is not None for _ in range(3)] == [True] * 3
    again = FolderChannel(tmp_path / "a", tmp_path / "b")
    assert again.receive(1) == Message("started", {"id": "g0-0"})
    assert home.receive(0) is None  # by asking for more it says that it has kept all
    once_more = FolderChannel(tmp_path / "a", tmp_path / "b")
    assert once_more.receive(0) is None
    cluster.send(Message("started", {"id": "g0-3"}))
    assert once_more.receive(1) == Message("started", {"id": "g0-3"})


def test_bytes_that_have_not_come_through_yet_are_waited_for(
    sides: tuple[FolderChannel, FolderChannel], tmp_path: Path
) -> None:
    """A shared disk may show the end of a file while its middle still reads as zeros."""
    home, cluster = sides
    cluster.send(Message("finished", {"id": "g0-1"}, b"song" * 100))
    segment = tmp_path / "b" / "000001"
    whole = segment.read_bytes()
    segment.write_bytes(whole[:50] + bytes(100) + whole[150:])
    assert home.receive(0) is None
    segment.write_bytes(whole)
    assert home.receive(1) == Message("finished", {"id": "g0-1"}, b"song" * 100)


def test_a_side_that_was_killed_while_it_wrote_is_heard_again(
    sides: tuple[FolderChannel, FolderChannel], tmp_path: Path
) -> None:
    """Half a message is taken back by whoever goes on; the other side has never taken it for one."""
    home, cluster = sides
    home.send(Message("job", {"number": 1}))
    with (tmp_path / "a" / "000001").open("ab") as file:
        file.write(to_frame(Message("job", {"number": 2}, b"material"))[:-3])
    assert cluster.receive(0) == Message("job", {"number": 1})
    assert cluster.receive(0) is None
    again = FolderChannel(tmp_path / "a", tmp_path / "b")
    again.send(Message("end"))
    assert cluster.receive(2) == Message("end")


def test_a_folder_that_was_cleared_away_is_the_end(sides: tuple[FolderChannel, FolderChannel], tmp_path: Path) -> None:
    """It is not made anew by a cluster that ends later than its run."""
    _, cluster = sides
    shutil.rmtree(tmp_path / "b")
    with pytest.raises(ChannelClosedError):
        cluster.send(Message("done"))
    assert not (tmp_path / "b").exists()
