"""Kubernetes: each generation has a Ray cluster of its own, which the KubeRay operator makes.

Nothing but `kubectl` connects the run with its cluster: orders go in and songs come home through `kubectl exec` on the
head. No port is opened and no disk is shared.
"""

import contextlib
import dataclasses
import shutil
import time
from typing import Final

from evolve.clusters.channels.channel import ChannelClosedError
from evolve.clusters.channels.message import GarbledError, Message
from evolve.clusters.far_side import FarProgram, Outbox, check_version
from evolve.clusters.kubernetes.kubectl import Outlook, exec_arguments, meaning_of, outlook_of
from evolve.clusters.kubernetes.kubectl_call import no_kubectl
from evolve.clusters.kubernetes.manifest import Manifest
from evolve.clusters.kubernetes.stay import Stay
from evolve.clusters.kubernetes.watch import Watch
from evolve.clusters.session import ClusterLostError, Session, Wish
from evolve.clusters.setup import Role, Setup
from evolve.errors import ExecutionError

_NODE: Final = ("-u", "-m", "evolve.clusters.node")

_LOOK_S: Final = 0.1

_SILENT_S: Final = 60.0
"""A head that says nothing for so long is gone; it may take some of that to start Python from a cold image."""

_PATIENCE_S: Final = 600.0
"""For so long Kubernetes may be away when another cluster is asked for; the first time, its absence is told at once."""

_END_LIMIT_S: Final = 5.0


class KubernetesLauncher:
    """A `Launcher` of RayClusters."""

    def __init__(self, manifest: Manifest) -> None:
        """Nothing is asked for yet."""
        self._manifest = manifest
        self._last: KubernetesSession | None = None

    def launch(self, wish: Wish) -> Session:
        """See `Launcher`; what this run has left behind on Kubernetes is deleted first."""
        if shutil.which("kubectl") is None:
            raise no_kubectl()
        patience_s = _PATIENCE_S if self._last is not None and self._last.is_made else 0.0
        self._last = KubernetesSession(self._manifest, wish, patience_s)
        return self._last


class KubernetesSession:
    """A `Session` with one RayCluster: it is made, comes up, is called, and works.

    Attributes:
        place: How the cluster stands, and what it waits for.
        orders: How many orders were given.
        missing: Whom of the cluster Kubernetes has not made ready, and why.
    """

    def __init__(self, manifest: Manifest, wish: Wish, patience_s: float) -> None:
        """Nothing is asked for until somebody listens; see `Stay`."""
        self._manifest, self._wish = manifest, wish
        self._stay = Stay(manifest, wish, patience_s)
        self._watch: Watch | None = None
        self._program: FarProgram | None = None
        self._is_heard = self._is_closed = False
        self._outbox = Outbox()
        self.orders = 0
        self.place = self._stay.told

    @property
    def missing(self) -> dict[str, str]:
        """See the class."""
        return {} if self._watch is None else self._watch.missing

    @property
    def is_made(self) -> bool:
        """Whether Kubernetes has taken the cluster."""
        return self._stay.is_made

    def send(self, message: Message) -> None:
        """See `Session`."""
        self.orders += message.kind == "order"
        try:
            self._outbox.send(message)
        except ChannelClosedError as error:
            raise self._loss(error) from error

    def receive(self, timeout_s: float) -> Message | None:
        """See `Session`."""
        if self._program is None:
            self._come_up()
            time.sleep(min(_LOOK_S, timeout_s))
            return None
        if self._watch is not None:
            self._watch.look_on()
            self.place = self._watch.told
        try:
            message = self._program.channel.receive(timeout_s)
            if message is not None and message.kind == "hello":
                self._begin(self._program, message)
                return None
        except (ChannelClosedError, GarbledError) as error:
            raise self._loss(error) from error
        return message

    def leave(self) -> None:
        """See `Session`: a cluster costs, whoever waits for it or not."""
        self.close(in_order=False)

    def close(self, *, in_order: bool = True) -> None:
        """See `Session`."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            with contextlib.suppress(ChannelClosedError):
                self._outbox.send(Message("end"))
            self._stay.end()
        finally:
            if self._program is not None:
                self._program.end(_END_LIMIT_S if in_order else 0.0)

    def _come_up(self) -> None:
        """One step; none of them takes long."""
        if not self._stay.is_made:
            self._stay.make()
            self.place = self._stay.told
            return
        if self._watch is None:
            self._watch = Watch(self._manifest, self._stay.name)
        head = self._watch.ready_head()
        self.place = self._watch.told
        if head is not None:
            self._program = FarProgram(exec_arguments(self._manifest, head, *_NODE), silent_s=_SILENT_S)

    def _begin(self, program: FarProgram, hello: Message) -> None:
        """The head is there: tell it what it is, and what was ordered."""
        check_version(hello)
        self._is_heard = True
        program.channel.send(self._setup().to_message())
        self._outbox.open(program.channel)

    def _setup(self) -> Setup:
        standing = None if self._watch is None else self._watch.standing
        nodes = 1 if standing is None else 1 + standing.workers
        return dataclasses.replace(self._wish.setup(Role.GUEST), nodes=nodes)

    def _loss(self, error: Exception) -> ClusterLostError | ExecutionError:
        """Why the head is not heard any more; what the user has to mend is not tried with another cluster."""
        complaint = "" if self._program is None else self._program.complaint
        why = meaning_of(complaint) if complaint.strip() else str(error)
        if not self._is_heard and outlook_of(complaint) is Outlook.LASTS:
            return ExecutionError(f"cluster {self._stay.name}: {why}")
        return ClusterLostError(f"cluster {self._stay.name} was lost: {why}")
