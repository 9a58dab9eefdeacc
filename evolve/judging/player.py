"""Playing a sample, or opening it, with whatever this machine has for its kind, while the screen stays awake."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from evolve.media import media_type
from evolve.presentation import is_played

PLAYER_VARIABLE = "EVOLVE_PLAYER"
"""Names a command to play with, options included; the file's path is added at its end. Empty: play nothing."""

VIEWER_VARIABLE = "EVOLVE_VIEWER"
"""The same of what is looked at or read."""

_EVERYTHING = frozenset({".ogg", ".wav", ".mp3", ".flac"})
_PLAYERS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "mpv": (("--no-video", "--no-terminal"), _EVERYTHING),
    "ffplay": (("-nodisp", "-autoexit", "-loglevel", "error"), _EVERYTHING),
    "pw-play": ((), _EVERYTHING),
    "paplay": ((), _EVERYTHING),
    "ogg123": (("-q",), frozenset({".ogg", ".flac"})),
    "play": (("-q",), _EVERYTHING),
    "cvlc": (("--quiet", "--play-and-exit"), _EVERYTHING),
    "mplayer": (("-really-quiet", "-vo", "null"), _EVERYTHING),
    "afplay": ((), _EVERYTHING - {".ogg"}),
    "aplay": (("-q",), frozenset({".wav"})),
}
"""Players that may be installed, how to start them without a window, and the kinds of file they can play."""

_VIEWERS = ("xdg-open", "wslview", "open")
_HARMLESS = ("image/", "video/", "audio/", "text/plain", "application/pdf")
_STOP_S = 0.5


def player_command(path: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The command that plays a file, or opens it where it is nothing to be played; nothing when none here can.

    Args:
        path: The file; its suffix tells which programs can play it.
        environ: `PLAYER_VARIABLE` or `VIEWER_VARIABLE` decides when it is set; otherwise the programs on ``PATH``. What
            is opened needs a desktop.
    """
    chosen = environ.get(PLAYER_VARIABLE if is_played(path) else VIEWER_VARIABLE)
    if chosen is not None:
        return (*shlex.split(chosen), str(path)) if chosen.strip() else ()
    for name, (options, kinds) in _PLAYERS.items():
        if path.suffix.lower() in kinds and (found := shutil.which(name, path=environ.get("PATH"))):
            return (found, *options, str(path))
    if not media_type(path.name).startswith(_HARMLESS):  # a desktop may run what is neither
        return ()
    is_desktop = sys.platform == "darwin" or any(name in environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    viewers = (shutil.which(name, path=environ.get("PATH")) for name in _VIEWERS) if is_desktop else ()
    return next(((viewer, str(path)) for viewer in viewers if viewer), ())


class Player:
    """Plays or shows one sample at a time; leaving its `with` block stops it.

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
        """What is played now, if anything."""
        self._look()
        return self._path

    @property
    def trouble(self) -> str:
        """Why the last sample could not be played or opened, in one line; empty when it could."""
        self._look()
        return self._trouble

    def play(self, path: Path) -> None:
        """Starts a sample, in place of the one that plays; a failure is told by `trouble`, not raised."""
        self.stop()
        self._trouble = ""
        command = player_command(path, self._environ)
        if not command:
            program = "player" if is_played(path) else "viewer"
            self._trouble = f"no {program} for {path.suffix or 'this'} files found"
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
