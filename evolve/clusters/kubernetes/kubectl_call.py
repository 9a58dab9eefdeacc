"""A `kubectl` beside the program: it is asked now and answers when it does, and nobody has to wait for it."""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from evolve.clusters.kubernetes.kubectl import Outlook, outlook_of
from evolve.errors import ExecutionError

ANSWER_LIMIT_S = 30.0
"""After so long kubectl is asked no more: whoever should answer it is gone."""

_PAUSE_S = 3.0
"""Before it is asked again what it could not do."""

_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What kubectl has answered.

    Attributes:
        text: On its standard output.
        complaint: On its standard error, where it failed; else None.
    """

    text: str
    complaint: str | None

    @property
    def outlook(self) -> Outlook:
        """Who mends what it complains of."""
        return outlook_of(self.complaint or "")


class KubectlCall:
    """One call."""

    def __init__(self, arguments: Sequence[str], given: str = "") -> None:
        """Begin it.

        Args:
            arguments: Program and arguments.
            given: What it reads on its standard input.

        Raises:
            ExecutionError: There is no kubectl here.
        """
        self._program = arguments[0]
        self._out, self._complaint = _file(), _file()
        with _file(given) as incoming:
            try:
                self._process = subprocess.Popen(  # noqa: S603 -- the user's own kubectl
                    arguments,
                    stdin=incoming,
                    stdout=self._out,
                    stderr=self._complaint,
                    start_new_session=True,  # Ctrl-C is for us: what is begun at Kubernetes is not left half done
                )
            except OSError as error:
                raise no_kubectl() from error
        self._end_at = time.monotonic() + ANSWER_LIMIT_S

    def answer(self) -> Answer | None:
        """What it has answered; None while it has not."""
        if self._process.poll() is None:
            if time.monotonic() < self._end_at:
                return None
            self._process.kill()
            self._process.wait()
            return Answer("", f"{self._program} gave no answer in {ANSWER_LIMIT_S:.0f} s")
        text, complaint = _text(self._out), _text(self._complaint)
        return Answer(text, complaint if self._process.returncode else None)

    def wait(self, timeout_s: float) -> Answer | None:
        """What it answers within so long."""
        end = time.monotonic() + timeout_s
        while (answer := self.answer()) is None and time.monotonic() < end:
            time.sleep(_LOOK_S)
        return answer


class PatientCall:
    """A call that is repeated for a while when Kubernetes is away, as it is while it is upgraded."""

    def __init__(self, arguments: Sequence[str], given: str = "", *, patience_s: float) -> None:
        """Begin it; see `KubectlCall`."""
        self._arguments, self._given = arguments, given
        self._give_up_at = time.monotonic() + patience_s
        self._call = KubectlCall(arguments, given)
        self._again_at: float | None = None
        self.complaint = ""

    def answer(self) -> Answer | None:
        """What it has answered in the end; None while it goes on. `complaint` tells why it is repeated."""
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self._call, self._again_at = KubectlCall(self._arguments, self._given), None
            return None
        answer = self._call.answer()
        if answer is None or answer.complaint is None:
            return answer
        if answer.outlook is not Outlook.PASSES or now >= self._give_up_at:
            return answer
        self.complaint, self._again_at = answer.complaint, now + _PAUSE_S
        return None

    def wait(self, timeout_s: float) -> Answer | None:
        """What it answers in the end, if it does within so long."""
        end = time.monotonic() + timeout_s
        while (answer := self.answer()) is None and time.monotonic() < end:
            time.sleep(_LOOK_S)
        return answer

    def comes_to_a_good_end(self, timeout_s: float) -> bool:
        """Whether the call that runs now, or was the last, does what it shall within so long; it is not repeated."""
        answer = self._call.wait(timeout_s)
        return answer is not None and answer.complaint is None


class RepeatedCall:
    """A question that is asked again and again.

    Attributes:
        every_s: How long after an answer.
    """

    def __init__(self, arguments: Sequence[str], every_s: float) -> None:
        """It is not asked yet."""
        self._arguments, self.every_s = arguments, every_s
        self._call: KubectlCall | None = None
        self._due_at = 0.0

    def news(self) -> Answer | None:
        """An answer that was not told before; asks when it is time, and never waits."""
        if self._call is None:
            if time.monotonic() >= self._due_at:
                self._call = KubectlCall(self._arguments)
            return None
        answer = self._call.answer()
        if answer is not None:
            self._call, self._due_at = None, time.monotonic() + self.every_s
        return answer


def no_kubectl() -> ExecutionError:
    """What is told where there is no kubectl."""
    return ExecutionError(
        "there is no kubectl here; install it (https://kubernetes.io/docs/tasks/tools) and see that kubectl get pods "
        "answers"
    )


def _file(text: str = "") -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the call
    file.write(text.encode())
    file.seek(0)
    return file


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
