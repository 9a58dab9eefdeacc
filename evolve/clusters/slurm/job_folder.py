"""The folder of one job, by which a run and the hosts of its cluster find each other without an open port."""

import json
import os
from pathlib import Path

from evolve.clusters.channels.message import Message
from evolve.clusters.session import HostSpec
from evolve.errors import last_line
from evolve.store.paths import write_whole

_REFUSED = "refused-"


class JobFolder:
    """One job's folder, on a disk that all its hosts see; only its user may enter it, since a token lies there."""

    def __init__(self, folder: Path) -> None:
        """It need not be there yet."""
        self.folder, self.script, self.log = folder, folder / "job.sh", folder / "job.log"
        self.to_home, self.to_cluster = folder / "to-home", folder / "to-cluster"

    def make(self, spec: HostSpec) -> None:
        """Make the folder, with what its hosts have to know."""
        self.folder.mkdir(mode=0o700, parents=True)
        private = os.open(self.folder / "host.json", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(private, "w", encoding="utf-8") as file:
            json.dump(spec.to_message().facts, file)

    def read_spec(self) -> HostSpec:
        """What the hosts have to know."""
        return HostSpec.from_message(Message("host", json.loads(self._read("host.json") or "")))

    @property
    def head(self) -> str | None:
        """Where the other hosts join; None while it is not known."""
        return self._read("head")

    def write_head(self, address: str) -> None:
        """Tell the other hosts where to join."""
        self._write("head", address)

    @property
    def refusals(self) -> dict[str, str]:
        """Hosts that do not join, and why, in their order."""
        names = sorted(path.name for path in self.folder.glob(f"{_REFUSED}*"))
        return {name.removeprefix(_REFUSED): why for name in names if (why := self._read(name)) is not None}

    def refuse(self, host: str, why: str) -> None:
        """Tell the run why a host does not join."""
        self._write(f"{_REFUSED}{host}", why)

    @property
    def is_over(self) -> bool:
        """Whether the cluster ends."""
        return (self.folder / "over").exists()

    def mark_over(self) -> None:
        """Tell the other hosts that the cluster ends."""
        self._write("over", "")

    @property
    def number(self) -> str | None:
        """The job's number; None when it was never submitted, or when this is a copy of the folder it speaks to."""
        number, _, folder = (self._read("job.txt") or "").partition("\n")
        return number if number and folder == str(self.folder.absolute()) else None

    @number.setter
    def number(self, number: str) -> None:
        self._write("job.txt", f"{number}\n{self.folder.absolute()}")

    @property
    def jobs_sent(self) -> int:
        """How many of the run's jobs the cluster was given."""
        return int(self._read("sent.txt") or 0)

    @jobs_sent.setter
    def jobs_sent(self, count: int) -> None:
        self._write("sent.txt", str(count))

    def last_words(self) -> str:
        """What the job's programs printed last, to be put behind a sentence; empty when it was nothing."""
        words = last_line(self._read("job.log") or "")
        return f": {words}" if words else ""

    def _write(self, name: str, text: str) -> None:
        """Write a file; does nothing when the run has cleared the folder away."""
        if self.folder.is_dir():
            write_whole(self.folder / name, text.encode())

    def _read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text("utf-8", "replace")
        except FileNotFoundError:
            return None
