"""`kubectl` is asked: what it answers, and what its complaints mean."""

import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.errors import ExecutionError, shortened

ANSWER_LIMIT_S = 30.0
"""After so long kubectl is asked no more: whoever should answer it is gone."""

_PAUSE_S = 3.0
"""Before it is asked again what it could not do."""

_LASTING: Final = (
    (r"no matches for kind \"RayCluster\"|doesn't have a resource type \"rayclusters\"",
     "Kubernetes knows no RayCluster: the KubeRay operator is not installed there; cluster/README.md tells how"),
    (r"unknown field \"spec\.authOptions",
     "the KubeRay operator there is older than 1.5.1 and could not have Ray ask for a token; have it upgraded"),
    (r"unknown field|strict decoding error|BadRequest| is invalid: ",
     "Kubernetes does not take the manifest; mend it"),
    (r"[Ff]orbidden", "your account may not do this there; cluster/README.md has the Role that it needs"),
    (r"context .*does not exist|context was not found",
     "your kubeconfig has no such context; kubectl config get-contexts"),
    (r"namespaces \".*\" not found", "there is no such namespace; kubectl create namespace makes one"),
    (r"must be logged in|Unauthorized", "Kubernetes does not know you; log in as you do for kubectl get pods"),
    (r"No module named '?evolve|executable file not found|exec: .*no such file or directory",
     "the image has no evolve where evolve/python says; build it with cluster/Dockerfile"),
)  # fmt: skip
"""What kubectl and the API server say that the user has to mend, as patterns, and what it means to them."""

_PASSING: Final = (
    (r"Unable to connect to the server|(was|connection) refused|no configuration has been provided|i/o timeout"
     r"|gave no answer|TLS handshake timeout|etcdserver|ServiceUnavailable|TooManyRequests|unexpected EOF",
     "Kubernetes cannot be reached; see what kubectl get pods says"),
    (r"pods? \".*\" not found|container not found|unable to upgrade connection", "the head is gone"),
)  # fmt: skip
"""The same of what may be otherwise a moment later."""


def meaning_of(complaint: str) -> str:
    """What kubectl said on stderr, and what it means where that is known, as one line."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip() and not line.startswith("Warning:")]
    last = lines[-1].partition("; if you choose to ignore")[0] if lines else "kubectl said nothing"
    said = shortened(re.sub(r"^(error|Error from server.*?): ", "", last), 300)
    known = next((meaning for pattern, meaning in (*_LASTING, *_PASSING) if re.search(pattern, complaint)), None)
    return said if known is None else f"{known} (it says: {said})"


def lasts(complaint: str) -> bool:
    """Whether what kubectl complains of stays until the user mends it."""
    return any(re.search(pattern, complaint) for pattern, _ in _LASTING)


def passes(complaint: str) -> bool:
    """Whether what kubectl complains of may be otherwise a moment later."""
    return not lasts(complaint) and any(re.search(pattern, complaint) for pattern, _ in _PASSING)


def no_kubectl() -> ExecutionError:
    """The error where there is no kubectl."""
    where = "https://kubernetes.io/docs/tasks/tools"
    return ExecutionError(f"there is no kubectl here; install it ({where}) and see that kubectl get pods answers")


@dataclass(frozen=True, slots=True)
class KubectlAnswer:
    """What kubectl has answered.

    Attributes:
        text: On its standard output.
        complaint: On its standard error, where it failed; else None.
    """

    text: str
    complaint: str | None


def ask(
    arguments: Sequence[str],
    given: str = "",
    *,
    stop: threading.Event,
    patience_s: float = 0.0,
    on_complaint: Callable[[str], None] = lambda _: None,
) -> KubectlAnswer:
    """What kubectl answers; it is asked again for a while when Kubernetes is away, as it is while it is upgraded.

    Args:
        arguments: Program and arguments.
        given: What it reads on its standard input.
        stop: Whoever sets it wants it to be asked no more.
        patience_s: For how long it is asked again.
        on_complaint: Told why it is asked again.
    """
    give_up_at = time.monotonic() + patience_s
    answer = _answered(arguments, given)
    while passes(answer.complaint or "") and time.monotonic() < give_up_at and not stop.is_set():
        on_complaint(answer.complaint or "")
        if not stop.wait(_PAUSE_S):
            answer = _answered(arguments, given)
    return answer


def _answered(arguments: Sequence[str], given: str) -> KubectlAnswer:
    """Into files, not pipes: a plugin of kubectl's that hangs would keep those open."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        try:
            done = subprocess.run(  # noqa: S603 -- the user's own kubectl
                arguments, input=given.encode(), stdout=said, stderr=complained, timeout=ANSWER_LIMIT_S, check=False,
                start_new_session=True,  # Ctrl-C is for us: what is begun at Kubernetes is not left half done
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return KubectlAnswer("", f"{arguments[0]} gave no answer in {ANSWER_LIMIT_S:.0f} s")
        except OSError:
            return KubectlAnswer("", str(no_kubectl()))
        for file in (said, complained):
            file.seek(0)
        text, complaint = (file.read().decode(errors="replace") for file in (said, complained))
    return KubectlAnswer(text, complaint if done.returncode else None)
