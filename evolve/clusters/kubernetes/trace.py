"""What a cluster leaves on Kubernetes until it is deleted, kept with the run for whoever goes on with it."""

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from evolve.clusters.kubernetes.manifest import KINDS, Manifest
from evolve.store.paths import write_whole

_NAME = re.compile(r"evolve[a-z0-9-]{0,57}")


@dataclass(frozen=True, slots=True)
class Trace:
    """A cluster that may be on Kubernetes.

    Attributes:
        name: The cluster's.
        kinds: What kubectl calls the things that were made with it.
        context: The entry of the user's kubeconfig; None: the current one.
        namespace: Where it is; None: the context's own.
    """

    name: str
    kinds: tuple[str, ...]
    context: str | None
    namespace: str | None

    @classmethod
    def of(cls, manifest: Manifest, name: str) -> Self:
        """That of a cluster that is about to be made."""
        return cls(name, manifest.kinds, manifest.context, manifest.namespace)

    def keep(self, folder: Path) -> None:
        """Write down that it may be there."""
        facts = {**dataclasses.asdict(self), "home": str(folder.absolute())}
        write_whole(self._file(folder), json.dumps(facts).encode())

    def forget(self, folder: Path) -> None:
        """It is there no more."""
        self._file(folder).unlink(missing_ok=True)

    def _file(self, folder: Path) -> Path:
        return folder / f"kubernetes-{self.name}.json"


def traces(folder: Path) -> Iterator[Trace]:
    """The clusters of this run that were not deleted; a file that tells of none it could have made is passed over."""
    for path in sorted(folder.glob("kubernetes-*.json")):
        try:
            facts = json.loads(path.read_bytes())
            if facts.pop("home") != str(folder.absolute()):
                continue  # a copy of a run has no clusters
            trace = Trace(**{**facts, "kinds": tuple(facts["kinds"])})
        except (ValueError, TypeError, KeyError):
            continue
        words = [word for word in (trace.context, trace.namespace) if word is not None]
        if _NAME.fullmatch(str(trace.name)) and set(trace.kinds) <= set(KINDS.values()) and all(map(_is_word, words)):
            yield trace


def _is_word(word: object) -> bool:
    return isinstance(word, str) and word.isprintable()
