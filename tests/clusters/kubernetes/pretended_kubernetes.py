"""A Kubernetes in a folder, which `kubectl_stand_in` serves as long as its `kubectl` is found first."""

import json
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.clusters.kubernetes.kubectl_stand_in import FOLDER

ROOT = Path(__file__).parents[3]


class PretendedKubernetes:
    """What a test does with it, and what it sees."""

    def __init__(self, folder: Path) -> None:
        """Its pods are ready at once."""
        self._folder = folder
        for name in ("made", "there", "runs", "bin"):
            (folder / name).mkdir(parents=True)
        kubectl = folder / "bin" / "kubectl"
        program = shlex.join([sys.executable, "-m", "tests.clusters.kubernetes.kubectl_stand_in"])
        kubectl.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {program} "$@"\n')
        kubectl.chmod(0o755)
        (folder / "calls").touch()
        self.be("ready")
        self.give({})

    @property
    def variables(self) -> Mapping[str, str]:
        """With which its `kubectl` is found, and finds it."""
        return {"PATH": f"{self._folder / 'bin'}{os.pathsep}{os.environ['PATH']}", FOLDER: str(self._folder)}

    def be(self, state: str) -> None:
        """Its pods are ``pending``, ``starting``, ``ready``, or have ``no image`` or ``one worker`` that is ready.

        It finds the manifest ``invalid``, or the user ``forbidden``; it is ``away`` or ``stuck``.
        """
        aside = self._folder / ".state"
        aside.write_text(state)
        aside.replace(self._folder / "state")

    def give(self, environment: Mapping[str, str]) -> None:
        """What runs in its pods finds this in its environment, and the Python and evolve that run here."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        (self._folder / "environment").write_text(json.dumps({"PATH": path, "PYTHONPATH": str(ROOT), **environment}))

    def cut(self) -> None:
        """The connection to the program in the pod is lost."""
        os.kill(int((self._folder / "exec").read_text()), signal.SIGKILL)

    @property
    def made(self) -> set[str]:
        """The clusters that it has ever had."""
        return {path.name for path in (self._folder / "made").iterdir()}

    @property
    def there(self) -> set[str]:
        """The clusters that it has."""
        return {path.name for path in (self._folder / "there").iterdir()}

    @property
    def calls(self) -> list[str]:
        """What was asked of it."""
        return (self._folder / "calls").read_text().splitlines()
