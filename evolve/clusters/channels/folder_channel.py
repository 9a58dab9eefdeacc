"""Messages through a folder that both sides see, such as a login node and the nodes of its cluster."""

import contextlib
import os
import time
from pathlib import Path

from evolve.clusters.channels.message import ChannelClosedError, GarbledError, Message, read_frames, to_frame
from evolve.store.paths import write_whole

_POLL_S = 0.5
_SEGMENT_BYTES = 16_000_000


class FolderChannel:
    """A channel of files.

    Each side writes segments of its own and reads those of the other. A segment grows until it is full; that the next
    one is there says so. Only frames whose check sum is right are understood: a shared disk may show the end of a file
    before its middle. Whoever reads deletes what was read, once more is asked for.
    """

    def __init__(self, outgoing: Path, incoming: Path) -> None:
        """Go on where this side has left off; the folders, of which ours is the other side's `incoming`, are made."""
        for folder in (outgoing, incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._outgoing, self._incoming = outgoing, incoming
        self._writing, self._written = max(_numbers(outgoing), default=0), _SEGMENT_BYTES
        _cut_off_the_unfinished(_segment(outgoing, self._writing))
        self._position = incoming.with_name(f"{incoming.name}.position")
        self._reading, self._offset = self._last_position()
        self._kept = self._reading, self._offset
        self._ready: list[Message] = []
        self._read_to_the_end: list[Path] = []

    def send(self, message: Message) -> None:
        """Append it to our newest segment, on the disk before this returns."""
        if not self._outgoing.is_dir():
            raise ChannelClosedError("the folder is gone")
        frame = to_frame(message)
        if self._written >= _SEGMENT_BYTES:
            self._writing, self._written = self._writing + 1, 0
            write_whole(_segment(self._outgoing, self._writing), frame)
        else:
            with _segment(self._outgoing, self._writing).open("ab") as file:
                file.write(frame)
                file.flush()
                os.fsync(file.fileno())
        self._written += len(frame)

    def receive(self, timeout_s: float) -> Message | None:
        """The next message; a folder does not tell when the other side has gone."""
        end = time.monotonic() + timeout_s
        while not self._ready:
            self._look()
            if not self._ready and time.monotonic() >= end:
                return None
            if not self._ready:
                time.sleep(_POLL_S)
        return self._ready.pop(0)

    def _last_position(self) -> tuple[int, int]:
        try:
            segment, offset = map(int, self._position.read_text("ascii").split())
        except (FileNotFoundError, ValueError):
            return min(_numbers(self._incoming), default=1), 0
        return segment, offset

    def _look(self) -> None:
        """Read on; what was read before was kept by whoever asks for more."""
        if (self._reading, self._offset) != self._kept:
            self._kept = (self._reading, self._offset)
            write_whole(self._position, f"{self._reading} {self._offset}".encode())
        for path in self._read_to_the_end:
            path.unlink(missing_ok=True)
        self._read_to_the_end.clear()
        segment = _segment(self._incoming, self._reading)
        is_full = _segment(self._incoming, self._reading + 1).exists()  # asked first: then all of this one is there
        is_whole = self._read(segment)
        if is_full and is_whole:
            self._read_to_the_end.append(segment)
            self._reading, self._offset = self._reading + 1, 0

    def _read(self, segment: Path) -> bool:
        """Take in what is new in a segment; tells whether nothing in it is left over."""
        try:
            with segment.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return False
        end = 0
        with contextlib.suppress(GarbledError):  # not all of it has come through the shared disk yet
            for message, end in read_frames(data):  # noqa: B007 - the last end is used after the loop
                self._ready.append(message)
        self._offset += end
        return end == len(data)


def _cut_off_the_unfinished(segment: Path) -> None:
    """End a segment after its last whole frame: whoever wrote it may have been killed in the midst of one."""
    if segment.exists():
        end = max((end for _, end in read_frames(segment.read_bytes())), default=0)
        os.truncate(segment, end)


def _segment(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}"


def _numbers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
