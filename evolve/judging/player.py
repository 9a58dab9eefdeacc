"""Playing a song through whatever player the listener's machine has, while the screen stays awake."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

PLAYER_VARIABLE = "EVOLVE_PLAYER"
"""Names a command to play with, options included; the file's path is added at its end. Empty: play nothing."""

_EVERYTHING = frozenset({".ogg", ".wav", ".mp3", ".flac"})
_STOP_S = 0.5


@dataclass(frozen=True, slots=True)
class _Program:
    """A player that may be installed, how to start it without a window, and the kinds of file it can play."""

    name: str
    options: tuple[str, ...] = ()
    plays: frozenset[str] = _EVERYTHING


_PROGRAMS = (
    _Program("mpv", ("--no-video", "--no-terminal")),
    _Program("ffplay", ("-nodisp", "-autoexit", "-loglevel", "error")),
    _Program("pw-play"),
    _Program("paplay"),
    _Program("ogg123", ("-q",), frozenset({".ogg", ".flac"})),
    _Program("play", ("-q",)),
    _Program("cvlc", ("--quiet", "--play-and-exit")),
    _Program("mplayer", ("-really-quiet", "-vo", "null")),
    _Program("afplay", plays=frozenset({".wav", ".mp3", ".flac"})),
    _Program("aplay", ("-q",), frozenset({".wav"})),
)


def player_command(path: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The command that plays a file, or nothing when no player here can.

    Args:
        path: The file; its suffix tells which players can play it.
        environ: `PLAYER_VARIABLE` decides when it is set; otherwise the players on ``PATH``.
    """
    chosen = environ.get(PLAYER_VARIABLE)
    if chosen is not None:
        return (*shlex.split(chosen), str(path)) if chosen.strip() else ()
    for program in _PROGRAMS:
        found = path.suffix.lower() in program.plays and shutil.which(program.name, path=environ.get("PATH"))
        if found:
            return (found, *program.options, str(path))
    return ()


class Player:
    """Plays one song at a time; leaving its `with` block stops the sound.

    The player runs in a process group of its own, without the terminal's keyboard, so that neither can disturb the
    other.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self._path: Path | None = None
        self._trouble = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def playing(self) -> Path | None:
        """The song that sounds now, if any."""
        self._look()
        return self._path

    @property
    def trouble(self) -> str:
        """Why the last song could not be played, in one line; empty when it could."""
        self._look()
        return self._trouble

    def play(self, path: Path) -> None:
        """Starts a song, in place of the one that plays; a failure is told by `trouble`, not raised."""
        self.stop()
        self._trouble = ""
        command = player_command(path, self._environ)
        if not command:
            self._trouble = f"no player for {path.suffix or 'this'} files found"
            return
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the player ends
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the listener's own player
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                start_new_session=True,
                env=self._environ,
            )
        except OSError as error:
            self._trouble = f"{command[0]} does not start: {error.strerror}"
            self._forget()
        else:
            self._path = path

    def stop(self) -> None:
        """Silence; returns once the player and all it started are gone."""
        if self._process is not None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._forget()

    def _look(self) -> None:
        """Notices when the player has ended by itself."""
        if self._process is None or self._process.poll() is None:
            return
        if self._process.returncode:
            program = Path(str(self._process.args[0])).name if isinstance(self._process.args, tuple) else "the player"
            self._trouble = f"{program} failed ({self._last_complaint() or self._process.returncode})"
        self._forget()

    def _last_complaint(self) -> str:
        if self._complaints is None:
            return ""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _forget(self) -> None:
        if self._complaints is not None:
            self._complaints.close()
        self._process = self._complaints = self._path = None


@contextlib.contextmanager
def silence_at_death(player: Player) -> Iterator[None]:
    """While this lasts, a hang-up of the terminal or a termination stops the sound before it ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}

    def stop_and_die(number: int, _frame: FrameType | None) -> None:
        player.stop()
        signal.signal(number, before[signal.Signals(number)])
        os.kill(os.getpid(), number)

    for number in before:
        signal.signal(number, stop_and_die)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
