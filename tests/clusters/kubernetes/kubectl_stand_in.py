"""A stand-in for `kubectl`, with a folder for its Kubernetes: as strict as the real one, but what it runs it runs here.

It takes the very arguments that evolve gives and no others, holds what is applied to Kubernetes' schemas, makes the
pods that KubeRay would make of it, with the labels of their templates, and answers in the shape of the real ones. How
far its pods have come, and what goes wrong, a test writes into the folder (`pretended_kubernetes`).
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from evolve.records.run import Json

FOLDER = "EVOLVE_PRETENDED_KUBERNETES"
"""Names the folder."""

_STUCK_S = 20.0
"""Longer than anybody in these tests waits."""

_AWAY = "Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout"
_DENIED = (
    'Error from server (Forbidden): rayclusters.ray.io is forbidden: User "ann" cannot create resource "rayclusters"'
)


def main() -> None:
    """One call."""
    folder, words = Path(os.environ[FOLDER]), sys.argv[1:]
    with (folder / "calls").open("a") as calls:
        calls.write(" ".join(words) + "\n")
    state = (folder / "state").read_text()
    if state == "stuck":
        time.sleep(_STUCK_S)
    if state == "away":
        _fail(_AWAY)
    while words[0] in ("--context", "--namespace"):
        del words[:2]
    match words:
        case ["apply", "--validate=strict", "--filename", "-"]:
            _apply(folder, state, json.load(sys.stdin))
        case ["get", "--output", "json", "rayclusters.ray.io,pods", "--selector", selector]:
            _answer(_look(folder, state, selector))
        case ["get", "--output", "json", "events", "--field-selector", selector]:
            _answer(list(_events(state, selector)))
        case ["delete", kinds, "--selector", selector, "--ignore-not-found", "--wait=false"]:
            _delete(folder, kinds.split(","), selector)
        case ["exec", "--stdin", "--quiet", pod, "--container", container, "--", *command]:
            _exec(folder, state, pod, container, command)
        case _:
            _fail(f"error: unknown command or flag: {words}")


def _apply(folder: Path, state: str, given: Json) -> None:
    from tests.clusters.kubernetes.kubernetes_schemas import kubernetes_versions, mistakes  # noqa: PLC0415 - takes half a second

    if state == "forbidden":
        _fail(_DENIED)
    for item in given["items"]:
        if found := mistakes(item, kubernetes_versions()[-1]):
            _fail(f'Error from server (BadRequest): error when creating "STDIN": strict decoding error: {found[0]}')
    (cluster,) = (item for item in given["items"] if item["kind"] == "RayCluster")
    name = cluster["metadata"]["name"]
    try:
        (folder / "made" / name).touch(exist_ok=False)
    except FileExistsError:
        _fail(f"the name {name} was used before; pods of the other may still be there")
    (folder / "there" / name).write_text(json.dumps(given["items"]))
    for item in given["items"]:
        sys.stdout.write(f"{item['kind'].lower()}/{item['metadata']['name']} created\n")


def _look(folder: Path, state: str, selector: str) -> list[Json]:
    items: list[Json] = []
    for path in (folder / "there").iterdir():
        cluster = next(item for item in json.loads(path.read_text()) if item["kind"] == "RayCluster")
        items += [item for item in (cluster, *_pods(cluster, state)) if _is_selected(item, selector)]
    return items


def _pods(cluster: Json, state: str) -> Iterator[Json]:
    """What KubeRay makes of a cluster."""
    if state == "invalid":
        return
    yield _pod(cluster, cluster["spec"]["headGroupSpec"], "head", 0, "starting" if state == "pending" else state)
    for group in cluster["spec"]["workerGroupSpecs"]:
        for number in range(group["replicas"]):
            is_late = state == "one worker" and number > 0
            yield _pod(cluster, group, "worker", number, "pending" if is_late else state)


def _pod(cluster: Json, group: Json, role: str, number: int, state: str) -> Json:
    name, template = cluster["metadata"]["name"], group["template"]
    labels = {"ray.io/cluster": name, "ray.io/node-type": role, "ray.io/is-ray-node": "yes"}
    containers = template["spec"]["containers"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{name}-{group.get('groupName', 'head')}-{role}-{number:05}",
            "labels": {**template.get("metadata", {}).get("labels", {}), **labels},
            "ownerReferences": [{"apiVersion": "ray.io/v1", "kind": "RayCluster", "name": name, "controller": True}],
        },
        "spec": template["spec"],
        "status": _status(containers[0], state),
    }


def _status(container: Json, state: str) -> Json:
    if state == "pending":
        message = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu."
        condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        return {"phase": "Pending", "conditions": [condition]}
    if state == "no image":
        doing: Json = {
            "waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{container["image"]}"'}
        }
    else:
        doing = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    is_ready = state in ("ready", "one worker")
    return {
        "phase": "Running" if "running" in doing else "Pending",
        "conditions": [
            {"type": "PodScheduled", "status": "True"},
            {"type": "Ready", "status": str(is_ready)},
        ],
        "containerStatuses": [
            {"name": container["name"], "ready": is_ready, "state": doing, "lastState": {}, "restartCount": 0}
        ],
    }


def _events(state: str, selector: str) -> Iterator[Json]:
    fields = dict(pair.split("=") for pair in selector.split(","))
    assert fields["involvedObject.kind"] == "RayCluster"
    assert fields["type"] == "Warning"
    if state == "invalid":
        name = fields["involvedObject.name"]
        yield {
            "apiVersion": "v1",
            "kind": "Event",
            "type": "Warning",
            "reason": "InvalidRayClusterSpec",
            "metadata": {"name": f"{name}.1"},
            "message": f"The RayCluster spec is invalid music/{name}: headGroupSpec should have at least one container",
            "lastTimestamp": "2026-01-01T00:00:00Z",
        }


def _delete(folder: Path, kinds: list[str], selector: str) -> None:
    """The cluster's pods go with it, and so does what runs in them."""
    for path in list((folder / "there").iterdir()):
        items = json.loads(path.read_text())
        if not all(_is_selected(item, selector) for item in items):
            continue
        if {kind.split(".")[0] for kind in kinds} != {_plural(item["kind"]) for item in items}:
            _fail(f"what was made with {path.name} is not deleted by {kinds}")
        path.unlink()
        for running in (folder / "runs").glob(f"{path.name}-*"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(running.read_text()), signal.SIGKILL)
        sys.stdout.write(f'raycluster.ray.io "{path.name}" deleted\n')


def _plural(kind: str) -> str:
    return {"RayCluster": "rayclusters", "NetworkPolicy": "networkpolicies"}[kind]


def _exec(folder: Path, state: str, pod: str, container: str, command: list[str]) -> NoReturn:
    """Run it in the pod: it does not end with this program, but hears that its standard input has."""
    pods = {one["metadata"]["name"]: one for one in _look(folder, state, "app.kubernetes.io/managed-by=evolve")}
    if pod not in pods:
        _fail(f'Error from server (NotFound): pods "{pod}" not found')
    if container not in [one["name"] for one in pods[pod]["spec"]["containers"]]:
        _fail(f"error: container {container} is not valid for pod {pod}")
    environment = json.loads((folder / "environment").read_text())
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
    except FileNotFoundError:
        _fail(f'OCI runtime exec failed: exec failed: exec: "{command[0]}": executable file not found in $PATH')
    (folder / "runs" / pod).write_text(str(process.pid))
    (folder / "exec").write_text(str(os.getpid()))
    assert process.stdin is not None
    assert process.stdout is not None
    inward = threading.Thread(target=_carry, args=(0, process.stdin.fileno(), process.stdin), daemon=True)
    inward.start()
    _carry(process.stdout.fileno(), 1, None)
    if code := process.wait():
        sys.stderr.write(f"command terminated with exit code {code}\n")
    sys.stderr.flush()
    os._exit(code & 255)


def _carry(source: int, target: int, close: object) -> None:
    with contextlib.suppress(OSError):
        while piece := os.read(source, 1 << 20):
            while piece:
                piece = piece[os.write(target, piece) :]
    if close is not None:
        with contextlib.suppress(OSError):
            os.close(target)


def _is_selected(item: Json, selector: str) -> bool:
    key, value = selector.split("=")
    return bool(item["metadata"].get("labels", {}).get(key) == value)


def _answer(items: list[Json]) -> None:
    json.dump({"apiVersion": "v1", "kind": "List", "items": items, "metadata": {"resourceVersion": ""}}, sys.stdout)


def _fail(complaint: str) -> NoReturn:
    sys.stderr.write(f"{complaint}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
