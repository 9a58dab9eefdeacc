"""Whatever a shell has set and wherever evolve is typed, a network learns the same, or one line says what to mend."""

import json
import os
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.commands import EVOLVE, ROOT, evolve, one_line
from tests.troubles import told

pytestmark = pytest.mark.slow

SPACE = str(ROOT / "search_spaces" / "quick.yaml")

HOSTILE = {
    "HOME": "/dev/null",
    "XDG_CACHE_HOME": "/proc",
    "TMPDIR": "/not/there",
    "EVOLVE_CACHE": "/dev/null",
    "COLUMNS": "0",
    "LC_ALL": "xx_YY",
    "TZ": "no/where",
    "http_proxy": "http://127.0.0.1:1",
    "no_proxy": "",
    "https_proxy": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
    "grpc_proxy": "http://127.0.0.1:1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTHONINSPECT": "1",
    "MPLBACKEND": "no_such",
    "KERAS_MAX_EPOCHS": "abc",
    "TF_XLA_FLAGS": "--no_such_flag",
    "XLA_FLAGS": "--no_such_flag",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_USE_LEGACY_KERAS": "1",
    "OMP_NUM_THREADS": "abc",
    "MKL_NUM_THREADS": "0",
    "RAY_ADDRESS": "10.255.255.1:6379",
    "RAY_TMPDIR": "/proc",
    "RAY_AUTH_MODE": "disabled",
    "RAY_RUNTIME_ENV_HOOK": "no.such.hook",
    "RAY_memory_monitor_refresh_ms": "abc",
    "RAY_AUTH_TOKEN": "x",
}
"""Each of these has ended a run, or changed what its networks learned."""


def begun(folder: Path, tunes: Path, environment: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Begin a run of two small networks there; its report."""
    few = ("--population", "2", "--songs", "1", "--notes", "40", "--set", "epochs=1", "--judge", "none", "--name", "a")
    command = [EVOLVE, "start", "--space", SPACE, "--corpus", str(tunes), *few]
    ended = subprocess.run(
        ["sh", "-c", 'umask 0777; exec "$@"', "sh", *command], cwd=folder, env=environment, check=False,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    return evolve("report", "a", "--format", "json", folder=folder).json


def losses(run: Any) -> list[float]:  # noqa: ANN401 - JSON
    """What each network of the first generation has learned."""
    return [one["metrics"]["validation_loss"] for one in run["generations"][0]["individuals"]]


def test_a_hostile_environment_changes_nothing_that_a_network_learns(tunes: Path, tmp_path: Path) -> None:
    """Its losses are those of a run in a calm one, to the last bit; nothing lies beside the run afterwards."""
    calm, hostile, keras = (tmp_path / name for name in ("calm", "hostile", "keras"))
    for folder in (calm, hostile, keras):
        folder.mkdir()
    for name in ("random", "token", "keras", "queue", "numpy"):
        (hostile / f"{name}.py").write_text("raise SystemExit('a file of the user')")
    (keras / "keras.json").write_text(json.dumps({"floatx": "float16", "epsilon": 0.1, "backend": "torch"}))
    before = sorted(path.name for path in hostile.iterdir())
    expected = begun(calm, tunes, dict(os.environ))
    found = begun(hostile, tunes, {**os.environ, **HOSTILE, "KERAS_HOME": str(keras)})
    assert losses(found) == losses(expected)
    assert found["versions"] == expected["versions"]
    assert found["versions"]["backend"] == "tensorflow"
    assert sorted(path.name for path in hostile.iterdir()) == sorted([*before, "runs"])


@pytest.mark.parametrize("chosen", ["tensorflw", "torch", "/etc/passwd"])
def test_a_backend_that_cannot_be_is_refused_before_anything_is_trained(
    chosen: str, tunes: Path, tmp_path: Path
) -> None:
    """In one line, and no run is left; doctor says the same."""
    environment = {**os.environ, "KERAS_BACKEND": chosen}
    begin = ("start", "--space", SPACE, "--corpus", str(tunes), "--judge", "none", "--name", "a")
    told("backend", one_line(evolve(*begin, folder=tmp_path, expect=1, environment=environment)))
    assert not (tmp_path / "runs" / "a").exists()


def test_a_run_goes_on_with_what_it_was_begun_with(tmp_path: Path, tunes: Path) -> None:
    """Its networks would not compare otherwise; whoever sets nothing need know nothing."""
    from evolve.domains.music.settings import MusicSettings  # noqa: PLC0415
    from evolve.search.steps import create  # noqa: PLC0415
    from evolve.settings import settings_from  # noqa: PLC0415

    with create(
        tmp_path / "runs" / "a",
        settings_from({"corpus": (str(tunes),)}, MusicSettings),
        "quick.yaml",
        Path(SPACE).read_text(),
    ):
        pass
    with sqlite3.connect(tmp_path / "runs" / "a" / "run.sqlite") as store:
        assert '"backend": "tensorflow"' in str(store.execute("SELECT * FROM fact").fetchall())
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    told("backend", one_line(evolve("resume", "a", folder=tmp_path, expect=1, environment=environment)))
