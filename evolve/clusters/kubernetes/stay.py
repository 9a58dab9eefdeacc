"""A cluster's stay on Kubernetes: from the wish to have it until it is deleted, whatever comes between."""

import logging
import secrets
import shlex
from typing import Final

from evolve.clusters.kubernetes.kubectl import apply_arguments, delete_arguments, meaning_of
from evolve.clusters.kubernetes.kubectl_call import Answer, PatientCall
from evolve.clusters.kubernetes.manifest import Manifest
from evolve.clusters.kubernetes.rendering import cluster_name, render
from evolve.clusters.kubernetes.trace import Trace, traces
from evolve.clusters.session import Wish
from evolve.errors import ExecutionError

_DELETING_S: Final = 30.0
"""For so long it is tried to delete a cluster; whoever goes on with the run tries again."""

_SHORTLY_S: Final = 10.0
"""The same for one that Kubernetes has not taken, so far as is known."""


class Stay:
    """One cluster; what the run has left behind on Kubernetes before is deleted first.

    Attributes:
        name: The cluster's, which no other has had.
        is_made: Whether Kubernetes has taken it.
        told: What is done now.
    """

    def __init__(self, manifest: Manifest, wish: Wish, patience_s: float) -> None:
        """Nothing is asked for yet.

        Args:
            manifest: What is made.
            wish: What for.
            patience_s: For how long Kubernetes may be away before it takes the cluster.
        """
        self._manifest, self._wish, self._patience_s = manifest, wish, patience_s
        self.name = cluster_name(wish.run, secrets.token_hex(16), wish.generation)
        self._trace = Trace.of(manifest, self.name)
        self._left_behind = list(traces(wish.folder))
        self._clearing: PatientCall | None = None
        self._making: PatientCall | None = None
        self.is_made = False
        self.told = f"cluster {self.name} is asked for"

    def make(self) -> None:
        """One step towards a cluster that is made; none takes long.

        Raises:
            ExecutionError: Kubernetes does not take it.
        """
        if self._left_behind:
            self._clear_up(self._left_behind[0])
        elif self._making is None:
            self.told = f"cluster {self.name} is asked for"
            self._trace.keep(self._wish.folder)
            text = render(self._manifest, self._wish.run, self.name, self._wish.generation)
            self._making = PatientCall(apply_arguments(self._manifest), text, patience_s=self._patience_s)
        elif (answer := self._making.answer()) is not None:
            if answer.complaint is not None:
                raise ExecutionError(f"no cluster can be had: {meaning_of(answer.complaint)}")
            self.is_made = True
        elif self._making.complaint:
            self.told = f"cluster {self.name} is asked for again: {meaning_of(self._making.complaint)}"

    def end(self) -> None:
        """Delete the cluster, or whatever of it may be there; it does not matter when it is gone."""
        if self._making is None:
            return
        if not self.is_made:
            self.is_made = self._making.comes_to_a_good_end(_SHORTLY_S)
        arguments = delete_arguments(self._trace)
        limit_s, patience_s = (_DELETING_S, _DELETING_S) if self.is_made else (_SHORTLY_S, 0.0)
        answer = PatientCall(arguments, patience_s=patience_s).wait(limit_s) or Answer("", "kubectl gave no answer")
        if answer.complaint is None:
            self._trace.forget(self._wish.folder)
        elif self.is_made:
            logging.getLogger(__name__).warning(
                "cluster %s may still be on Kubernetes: %s; going on with the run deletes it, and so does: %s",
                *(self.name, meaning_of(answer.complaint), shlex.join(arguments)),
            )

    def _clear_up(self, trace: Trace) -> None:
        """Delete what was left behind; where that cannot be done the next cluster tries again."""
        if self._clearing is None:
            self.told = f"cluster {trace.name}, which was left behind, is deleted"
            self._clearing = PatientCall(delete_arguments(trace), patience_s=self._patience_s)
        elif (answer := self._clearing.answer()) is not None:
            self._clearing, self._left_behind = None, self._left_behind[1:]
            if answer.complaint is None:
                trace.forget(self._wish.folder)
