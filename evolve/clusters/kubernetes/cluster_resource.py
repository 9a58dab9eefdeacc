"""The cluster as a resource of Kubernetes: it is made, polled while it comes up and works, and deleted."""

import contextlib
import logging
import re
import secrets
import shlex
import threading
import time
from pathlib import Path
from typing import Final

from evolve.clusters.kubernetes.kubectl import KubectlAnswer, ask, lasts, meaning_of
from evolve.clusters.kubernetes.manifest import Manifest, cluster_name, render
from evolve.clusters.kubernetes.pod_status import PodStatus, read_pod_status, read_warnings
from evolve.clusters.session import ClusterRequest
from evolve.errors import ExecutionError
from evolve.store.paths import write_whole
from evolve.words import counted

POLL_S = 3.0
_WORKING_S = 15.0
"""How often Kubernetes is asked for the status of a cluster, first while it comes up, then while it works."""

ENOUGH_S = 60.0
"""After so long with the head and a worker the others are not waited for: Ray takes them when they come."""

_PATIENCE_S = 300.0
"""For so long Kubernetes may be away while a cluster comes up."""

_DELETING_S = 30.0
"""For so long it is tried to delete a cluster; whoever goes on with the run tries again."""

_REFUSED: Final = re.compile(r"RayCluster \w+ is invalid", flags=re.IGNORECASE)


class CleanupRecord:
    """That the run may have clusters on Kubernetes, kept in its folder until they are deleted.

    Attributes:
        owner: What all clusters of the run are labelled with.
        was_kept: Whether one may have been left behind.
    """

    def __init__(self, folder: Path) -> None:
        """Read what was kept in the folder; a copy of a run has no clusters."""
        self._file, self._home = folder / "kubernetes.txt", str(folder.absolute())
        kept = self._file.read_text("utf-8", "replace") if self._file.is_file() else ""
        owner, _, home = kept.partition("\n")
        self.was_kept = home == self._home and re.fullmatch(r"[0-9a-f]{16}", owner) is not None
        self.owner = owner if self.was_kept else secrets.token_hex(8)

    def keep(self) -> None:
        """A cluster may be there from now on."""
        write_whole(self._file, f"{self.owner}\n{self._home}".encode())

    def forget(self) -> None:
        """None is there any more."""
        self._file.unlink(missing_ok=True)


class ClusterResource:
    """One cluster.

    Attributes:
        name: The cluster's, which no other has had.
        is_made: Whether Kubernetes has taken it.
        pods: Their last status; None: nobody has told yet.
    """

    def __init__(self, manifest: Manifest, request: ClusterRequest) -> None:
        """Nothing is asked for yet."""
        self._manifest = manifest
        self.name = cluster_name(request.run, secrets.token_hex(3), request.generation)
        self._record = CleanupRecord(request.folder)
        self._labels = {"app.kubernetes.io/managed-by": "evolve", "evolve/cluster": self.name}
        self._labels["evolve/owner"] = self._record.owner
        context = () if manifest.context is None else ("--context", manifest.context)
        namespace = () if manifest.namespace is None else ("--namespace", manifest.namespace)
        self._kubectl = ("kubectl", *context, *namespace)
        of_run = ("--selector", f"evolve/owner={self._record.owner}", "--ignore-not-found", "--wait=false")
        self._delete = (*self._kubectl, "delete", ",".join(manifest.kinds), *of_run)
        self._is_asked_for = self.is_made = False
        self._doing = f"cluster {self.name} is asked for"
        self._problem = ""
        self._warnings: tuple[str, ...] = ()
        self.pods: PodStatus | None = None

    @property
    def status(self) -> str:
        """What the cluster does, in a line."""
        parts = [self._doing]
        if self.pods is not None:
            warned = [f"KubeRay: {self._warnings[-1]}"] if self._warnings and self.pods.head is None else []
            workers = f"{self.pods.workers} of {counted(self.pods.wanted, 'worker')}"
            parts = [f"cluster {self.name}: {workers}", *self.pods.waits, *warned]
        return "; ".join([*parts, *([self._problem] if self._problem else [])])

    @property
    def missing(self) -> dict[str, str]:
        """Who is not ready, and what they wait for."""
        waits = () if self.pods is None else self.pods.waits
        return {who: why for who, _, why in (line.partition(": ") for line in waits)}

    def make(self, stop: threading.Event, patience_s: float) -> None:
        """Make it, after what the run may have left behind was deleted; Kubernetes may be away for so long.

        Raises:
            ExecutionError: Kubernetes does not take it.
        """
        if self._record.was_kept:
            self._doing = "a cluster that was left behind is deleted"
            ask(self._delete, stop=stop, patience_s=patience_s)
        if stop.is_set():
            return
        self._doing = f"cluster {self.name} is asked for"
        self._record.keep()
        self._is_asked_for = True
        apply, text = (
            (*self._kubectl, "apply", "--validate=strict", "--filename", "-"),
            render(self._manifest, self.name, self._labels),
        )
        answer = ask(apply, text, stop=stop, patience_s=patience_s, on_complaint=self._told_again)
        if answer.complaint is not None:
            raise ExecutionError(f"no cluster can be had: {meaning_of(answer.complaint)}")
        self.is_made, self._doing = True, f"cluster {self.name} is made"

    def wait_for_head(self, stop: threading.Event) -> str | None:
        """The head's pod, once there is enough of the cluster to begin with; None when it is not waited for any more.

        Raises:
            ExecutionError: There will not be, or was not in time.
        """
        began_at = answered_at = time.monotonic()
        enough_at: float | None = None
        while not stop.is_set():
            answered_at = self._poll(stop, answered_at)
            if (pods := self.pods) is not None and pods.is_ready:
                return pods.head
            if pods is not None and pods.head is not None and pods.workers:
                enough_at = enough_at or time.monotonic()
                if time.monotonic() - enough_at >= ENOUGH_S:
                    return pods.head
            elif pods is not None:
                enough_at = None
                self._give_up_in_vain(pods, time.monotonic() - began_at)
            stop.wait(POLL_S)
        return None

    def poll_on(self, stop: threading.Event) -> None:
        """Poll only to tell: the cluster works, whatever Kubernetes says."""
        while not stop.wait(_WORKING_S):
            with contextlib.suppress(ExecutionError):
                self._poll(stop, time.monotonic())

    def exec_arguments(self, head: str, *arguments: str) -> tuple[str, ...]:
        """Run the image's Python on the head, with stdin and stdout of our own: no port is opened for it."""
        container = ("--container", self._manifest.head_container)
        python = self._manifest.python
        return (*self._kubectl, "exec", "--stdin", "--quiet", head, *container, "--", python, *arguments)

    def delete(self) -> None:
        """Delete the cluster, or whatever of it may be there; it does not matter when it is gone."""
        if not self._is_asked_for:
            return
        answers: list[KubectlAnswer] = []
        patience_s = _DELETING_S if self.is_made else 0.0
        deleting = threading.Thread(  # which goes on when somebody does not want to wait for it
            target=lambda: answers.append(ask(self._delete, stop=threading.Event(), patience_s=patience_s)), daemon=True
        )
        deleting.start()
        deleting.join(_DELETING_S)
        complaint = answers[0].complaint if answers else "kubectl gave no answer"
        if complaint is None:
            self._record.forget()
        elif self.is_made:
            logging.getLogger(__name__).warning(
                "cluster %s may still be on Kubernetes: %s; going on with the run deletes it, and so does: %s",
                *(self.name, meaning_of(complaint), shlex.join(self._delete)),
            )

    def _told_again(self, complaint: str) -> None:
        self._doing = f"cluster {self.name} is asked for again: {meaning_of(complaint)}"

    def _poll(self, stop: threading.Event, answered_at: float) -> float:
        """Ask once; when Kubernetes has answered last."""
        get = (*self._kubectl, "get", "--output", "json")
        answer = ask((*get, "rayclusters.ray.io,pods", "--selector", f"evolve/cluster={self.name}"), stop=stop)
        if answer.complaint is None:
            answered_at, self._problem = time.monotonic(), ""
            self.pods = read_pod_status(answer.text)
        else:
            self._problem = meaning_of(answer.complaint)  # Kubernetes may be away for a while
            if lasts(answer.complaint) or time.monotonic() - answered_at > _PATIENCE_S:
                raise ExecutionError(f"cluster {self.name}: {self._problem}")
        if self.pods is None or self.pods.head is None:
            about = f"involvedObject.kind=RayCluster,involvedObject.name={self.name},type=Warning"
            warnings = ask((*get, "events", "--field-selector", about), stop=stop)
            if warnings.complaint is None:  # who may not read them does without
                self._warnings = read_warnings(warnings.text)
        return answered_at

    def _give_up_in_vain(self, pods: PodStatus, waited_s: float) -> None:
        if pods.in_vain:
            raise ExecutionError(f"cluster {self.name}: {'; '.join(pods.in_vain)}")
        if refusals := [warning for warning in self._warnings if _REFUSED.search(warning)]:
            raise ExecutionError(f"cluster {self.name}: KubeRay refuses the manifest; mend it: {refusals[-1]}")
        if waited_s > self._manifest.wait_s:
            instead = "ask for less in the manifest, or wait longer with its annotation evolve/wait-s"
            raise ExecutionError(f"{self.status}; that was waited for {waited_s:.0f} s: {instead}")
