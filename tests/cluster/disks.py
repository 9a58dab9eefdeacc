"""What a host of a test bed sees of this machine's files, and the script that shows it that much."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_ROOT = Path(__file__).parents[2]

TEMPORARY = ("/tmp", "/dev/shm", "/var/tmp")  # noqa: S108
"""Folders of temporary files that each host has for itself."""

_OWN = {**dict.fromkeys(TEMPORARY, "1777"), "/run": "755", str(Path.home()): "700"}
"""Folders that each host has for itself, empty at first, with their rights."""

_PROGRAMS = tuple(dict.fromkeys((_ROOT, Path(sys.prefix), Path(sys.base_prefix))))
"""What evolve needs in order to run, to be read only; it may lie in the user's own folder."""


def boot_script(addresses: Mapping[str, str], shared: Sequence[Path], hidden: Sequence[Path]) -> str:
    """A shell script that gives a host its own view of the files, and says ``up``.

    The disk can be read, not written. Over some folders, and those that are hidden, lie empty ones of the host's own.
    Only what is shared is the same folder for all hosts and this machine.

    Args:
        addresses: Of all hosts, by name: for ``/etc/hosts``.
        shared: Folders that all hosts see, and may write to.
        hidden: Folders that the host must not see the contents of.
    """
    needed = [folder for folder in _PROGRAMS if any(folder.is_relative_to(above) for above in _OWN)]
    descriptors = {folder: 10 + at for at, folder in enumerate((*needed, *shared))}
    lines = ["set -e", 'hostname "$1"']
    # Opened before anything is laid over them.
    lines += [f"exec {descriptor}<{shlex.quote(str(folder))}" for folder, descriptor in descriptors.items()]
    lines += ["mount -o remount,bind,ro /"]
    lines += [_lay_over(folder, mode) for folder, mode in _OWN.items()]
    lines += [_show(folder, descriptors[folder], "ro") for folder in needed]
    lines += [_lay_over(str(folder), "755") for folder in hidden]
    lines += [_show(folder, descriptors[folder], "rw") for folder in shared]
    lines += [_replace(file, text) for file, text in _files(addresses).items()]
    return "\n".join((*lines, "echo up", ""))


def _files(addresses: Mapping[str, str]) -> dict[str, str]:
    """The files of a host's own, by name."""
    hosts = "".join(f"{address} {name}\n" for name, address in {"localhost": "127.0.0.1", **addresses}.items())
    # Nobody else is asked for a name: without the world, that takes ten seconds.
    return {"hosts": hosts, "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n"}


def _replace(file: str, text: str) -> str:
    return f"printf %s {shlex.quote(text)} >/run/{file} && mount --bind /run/{file} /etc/{file}"


def _lay_over(folder: str, mode: str) -> str:
    return f"mkdir -p {shlex.quote(folder)} && mount -t tmpfs -o mode={mode} tmpfs {shlex.quote(folder)}"


def _show(folder: Path, descriptor: int, rights: str) -> str:
    """Lay a folder that was opened before over the place of the same name."""
    place = shlex.quote(str(folder))
    # Without --no-canonicalize, mount would read the folder's name out of the descriptor, and take what lies there now.
    bind = f"mount --no-canonicalize --bind /proc/self/fd/{descriptor} {place}"
    return f"mkdir -p {place} && {bind} && mount -o remount,bind,{rights} {place}"
