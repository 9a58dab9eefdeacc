"""A cluster on Kubernetes while it comes up, and while it works: how it stands, and whether it can be begun with."""

import contextlib
import re
import time

from evolve.clusters.kubernetes.kubectl import Outlook, look_arguments, meaning_of, warnings_arguments
from evolve.clusters.kubernetes.kubectl_call import Answer, RepeatedCall
from evolve.clusters.kubernetes.manifest import Manifest
from evolve.clusters.kubernetes.standing import Standing, read_standing, read_warnings
from evolve.errors import ExecutionError
from evolve.words import counted

WATCH_S = 3.0
"""How often Kubernetes is asked how a cluster stands that comes up."""

_WARNINGS_S = 10.0
_WORKING_S = 15.0
"""The same of one that works."""

ENOUGH_S = 60.0
"""After so long with the head and a worker the others are not waited for: Ray takes them when they come."""

_PATIENCE_S = 300.0
"""For so long Kubernetes may be away while a cluster comes up."""

_REFUSED = re.compile(r"RayCluster \w+ is invalid", flags=re.IGNORECASE)


class Watch:
    """Looks at one cluster every few seconds, and never waits for an answer.

    Attributes:
        standing: How it stood last; None: nobody has told yet.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        """From now on the cluster is waited for."""
        self._name, self._wait_s = name, manifest.wait_s
        self._looks = RepeatedCall(look_arguments(manifest, name), WATCH_S)
        self._complaints = RepeatedCall(warnings_arguments(manifest, name), _WARNINGS_S)
        self._began_at = self._answered_at = time.monotonic()
        self._enough_at: float | None = None
        self._warnings: tuple[str, ...] = ()
        self._problem = ""
        self.standing: Standing | None = None

    @property
    def told(self) -> str:
        """How the cluster stands, in a line."""
        if self.standing is None:
            return "; ".join([f"cluster {self._name} is made", *([self._problem] if self._problem else [])])
        parts = [f"cluster {self._name}: {self.standing.workers} of {counted(self.standing.wanted, 'worker')}"]
        warned = [f"KubeRay: {self._warnings[-1]}"] if self._warnings and self.standing.head is None else []
        return "; ".join([*parts, *self.standing.waits, *warned, *([self._problem] if self._problem else [])])

    @property
    def missing(self) -> dict[str, str]:
        """Who is not ready, and what they wait for."""
        waits = () if self.standing is None else self.standing.waits
        return {who: why for who, _, why in (line.partition(": ") for line in waits)}

    def ready_head(self) -> str | None:
        """The head's pod, once there is enough of the cluster to begin with.

        Raises:
            ExecutionError: There will not be, or was not in time.
        """
        self._look()
        now, standing = time.monotonic(), self.standing
        if standing is None or standing.is_ready:
            return None if standing is None else standing.head
        if standing.head is None or standing.workers == 0:
            self._enough_at = None
            self._give_up_in_vain(standing, now)
            return None
        self._enough_at = self._enough_at or now
        return standing.head if now - self._enough_at >= ENOUGH_S else None

    def look_on(self) -> None:
        """Look only to tell: the cluster works, whatever Kubernetes says."""
        self._looks.every_s = _WORKING_S
        with contextlib.suppress(ExecutionError):
            self._look()

    def _look(self) -> None:
        answer = self._looks.news()
        if answer is not None and answer.complaint is not None:
            self._bear(answer)
        elif answer is not None:
            self._answered_at, self._problem = time.monotonic(), ""
            self.standing = read_standing(answer.text)
        if self.standing is None or self.standing.head is None:
            warnings = self._complaints.news()
            if warnings is not None and warnings.complaint is None:  # who may not read them does without
                self._warnings = read_warnings(warnings.text)

    def _bear(self, answer: Answer) -> None:
        """Kubernetes has not told: it may be away for a while."""
        self._problem = meaning_of(answer.complaint or "")
        if answer.outlook is Outlook.LASTS or time.monotonic() - self._answered_at > _PATIENCE_S:
            raise ExecutionError(f"cluster {self._name}: {self._problem}")

    def _give_up_in_vain(self, standing: Standing, now: float) -> None:
        if standing.in_vain:
            raise ExecutionError(f"cluster {self._name}: {'; '.join(standing.in_vain)}")
        if refusals := [warning for warning in self._warnings if _REFUSED.search(warning)]:
            raise ExecutionError(f"cluster {self._name}: KubeRay refuses the manifest; mend it: {refusals[-1]}")
        if now - self._began_at > self._wait_s:
            raise ExecutionError(
                f"{self.told}; that was waited for {self._wait_s:.0f} s: ask for less in the manifest, or wait longer "
                "with its annotation evolve/wait-s"
            )
