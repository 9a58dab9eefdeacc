"""Kubernetes: each generation has a Ray cluster of its own, which the KubeRay operator makes.

Nothing but `kubectl` connects the run with its cluster: jobs go in and results come home through `kubectl exec` on the
head. No port is opened and no disk is shared.
"""

import contextlib
import dataclasses
import shutil
import threading
import time
from typing import Final

from evolve.clusters.channels.message import ChannelClosedError, GarbledError, Message
from evolve.clusters.kubernetes.cluster_resource import ClusterResource
from evolve.clusters.kubernetes.kubectl import lasts, meaning_of, no_kubectl
from evolve.clusters.kubernetes.manifest import Manifest
from evolve.clusters.remote_agent import Outbox, RemoteAgent, check_version
from evolve.clusters.session import ClusterLostError, ClusterRequest, Role, Session
from evolve.errors import ExecutionError

_AGENT: Final = ("-u", "-m", "evolve.clusters.agent")
_LOOK_S: Final = 0.1

_SILENT_S: Final = 60.0
"""A head that says nothing for so long is gone; it may take some of that to start Python from a cold image."""

_PATIENCE_S: Final = 600.0
"""For so long Kubernetes may be away when another cluster is asked for; the first time, its absence is told at once."""

_END_LIMIT_S: Final = 5.0
_MAKING_S: Final = 10.0


class KubernetesLauncher:
    """A `Launcher` of RayClusters."""

    def __init__(self, manifest: Manifest) -> None:
        """Nothing is asked for yet."""
        self._manifest = manifest
        self._last: ClusterResource | None = None

    def launch(self, request: ClusterRequest) -> Session:
        """Nothing is asked for until somebody listens; what the run has left behind is deleted first."""
        if shutil.which("kubectl") is None:
            raise no_kubectl()
        patience_s = _PATIENCE_S if self._last is not None and self._last.is_made else 0.0
        self._last = ClusterResource(self._manifest, request)
        return KubernetesSession(request, self._last, patience_s)


class KubernetesSession:
    """A `Session` with one RayCluster; a thread makes it, waits for it, and starts the agent on its head."""

    def __init__(self, request: ClusterRequest, resource: ClusterResource, patience_s: float) -> None:
        """Kubernetes may be away for so long before it takes the cluster."""
        self._request, self._resource, self._patience_s = request, resource, patience_s
        self._stop = threading.Event()
        self._coming_up = threading.Thread(target=self._come_up, daemon=True)
        self._agent: RemoteAgent | None = None
        self._problem: ExecutionError | None = None
        self._is_heard = False
        self._outbox = Outbox()
        self.jobs_sent = 0

    @property
    def status(self) -> str:
        """What the cluster does, and what it waits for."""
        return self._resource.status

    @property
    def missing(self) -> dict[str, str]:
        """Whom of the cluster Kubernetes has not made ready, and why."""
        return self._resource.missing

    def send(self, message: Message) -> None:
        """The head is told, once it is there."""
        self.jobs_sent += message.kind == "job"
        try:
            self._outbox.send(message)
        except ChannelClosedError as error:
            raise self._loss(error) from error

    def receive(self, timeout_s: float) -> Message | None:
        """The head's next message, once it is there."""
        if self._problem is not None:
            raise self._problem
        if self._agent is None:
            if self._coming_up.ident is None:
                self._coming_up.start()
            time.sleep(min(_LOOK_S, timeout_s))
            return None
        try:
            message = self._agent.channel.receive(timeout_s)
            if message is None or message.kind != "hello":
                return message
            check_version(message)
            self._is_heard = True
            nodes = 1 if self._resource.pods is None else 1 + self._resource.pods.workers
            spec = dataclasses.replace(self._request.host_spec(Role.GUEST), nodes=nodes)
            self._agent.channel.send(spec.to_message())
            self._outbox.open(self._agent.channel)
        except (ChannelClosedError, GarbledError) as error:
            raise self._loss(error) from error
        return None

    def leave(self) -> None:
        """A cluster costs, whoever waits for it or not."""
        self.close(in_order=False)

    def close(self, *, in_order: bool = True) -> None:
        """The cluster is deleted."""
        if self._stop.is_set():
            return
        self._stop.set()
        try:
            with contextlib.suppress(ChannelClosedError):
                self._outbox.send(Message("end"))
            if self._coming_up.ident is not None and not self._resource.is_made:
                self._coming_up.join(_MAKING_S)  # Kubernetes may be taking the cluster just now
            self._resource.delete()
        finally:
            if self._agent is not None:
                self._agent.end(_END_LIMIT_S if in_order else 0.0)

    def _come_up(self) -> None:
        try:
            self._resource.make(self._stop, self._patience_s)
            head = self._resource.wait_for_head(self._stop)
            if head is not None:
                self._agent = RemoteAgent(self._resource.exec_arguments(head, *_AGENT), silent_s=_SILENT_S)
                self._resource.poll_on(self._stop)
        except ExecutionError as problem:
            self._problem = problem

    def _loss(self, error: Exception) -> ClusterLostError | ExecutionError:
        """Why the head is not heard any more; what the user has to mend is not tried with another cluster."""
        complaint = "" if self._agent is None else self._agent.complaint
        why = meaning_of(complaint) if complaint.strip() else str(error)
        if not self._is_heard and lasts(complaint):
            return ExecutionError(f"cluster {self._resource.name}: {why}")
        return ClusterLostError(f"cluster {self._resource.name} was lost: {why}")
