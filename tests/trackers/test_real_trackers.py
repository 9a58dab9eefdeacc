"""Runs that are kept in MLflow, TensorBoard and Weights & Biases, and opened there."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import evolve

pytestmark = pytest.mark.slow

DOMAIN = """
import io, wave

def sound(width):
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes([0, width]) * 4000)
    return data.getvalue()

def evaluate(hp, trial):
    width = hp.Int("width", 1, 60)
    for epoch in (1, 2, 3):
        trial.report(epoch=epoch, of=3, loss=width / epoch)
    trial.measure(size=width)
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><circle r='{width}'/></svg>"
    trial.sample({"audio": sound(width), "image": drawing})
"""

SPACE = {"genes": {"width": {"type": "int", "min_value": 1, "max_value": 60}}}


def in_order(candidates: Sequence[Any]) -> list[str]:
    """As they come."""
    return [one.letter for one in candidates]


def bred(folder: Path, track: str, generations: int) -> dict[str, dict[str, Any]]:
    """The individuals of a tracked run, by id, as its report tells them in their first generation."""
    domain = folder.with_name("mine.py")
    domain.write_text(DOMAIN)
    settings: dict[str, Any] = {"population": 3, "seed": 7} if not folder.exists() else {}
    with evolve.Search(
        folder, SPACE, domain=f"{domain}:evaluate", engine="here", judge=in_order, on_event=lambda _: None, track=track,
        generations=generations, **settings,
    ) as search:  # fmt: skip
        search.run()
        everyone = [one for generation in search.report()["generations"] for one in generation["individuals"]]
    return {one["id"]: one for one in reversed(everyone)}


def test_a_run_in_tensorboard(tmp_path: Path) -> None:
    """Scalars by epoch, hyperparameters, sound and picture, and ranks by generation; gone on with, nothing twice."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: PLC0415

    bred(tmp_path / "run", f"tensorboard:{tmp_path / 'logs'}", 1)
    individuals = bred(tmp_path / "run", f"tensorboard:{tmp_path / 'logs'}", 2)
    for name, one in individuals.items():
        events = EventAccumulator(str(tmp_path / "logs" / "run" / name))
        events.Reload()
        width = one["genome"]["width"]
        assert [(told.step, told.value) for told in events.Scalars("loss")] == [
            (epoch, pytest.approx(width / epoch)) for epoch in (1, 2, 3)
        ]
        assert [told.value for told in events.Scalars("metrics/size")] == [width]
        (sound,) = events.Audio("audio/1")
        assert (sound.sample_rate, sound.encoded_audio_string[:4]) == (8000, b"RIFF")
        (picture,) = events.Images("image/1")
        assert (picture.width, picture.height) == (8, 8)
        ranked = EventAccumulator(str(tmp_path / "logs" / "run" / name / f"ranked-{name[1]}"))
        ranked.Reload()
        assert [(told.step, told.value) for told in ranked.Scalars("rank")] == [(int(name[1]), one["rank"])]
        hparams = EventAccumulator(str(tmp_path / "logs" / "run" / name / "hparams"))
        hparams.Reload()
        told = hparams.summary_metadata["_hparams_/session_start_info"].plugin_data.content
        assert b"width" in told
        assert one["origin"].encode() in told


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a real MLflow server on the loopback interface."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{tmp_path / 'mlflow.db'}",
        "--artifacts-destination", str(tmp_path / "artifacts"),
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=5).read()  # noqa: S310 - it
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            os.killpg(process.pid, 9)
            process.wait()


def test_a_run_in_mlflow(server: str, tmp_path: Path) -> None:
    """What its search finds, whoever its page shows; gone on with, nobody stands there twice."""
    from mlflow import MlflowClient  # noqa: PLC0415

    bred(tmp_path / "run", f"mlflow:{server}", 1)
    individuals = bred(tmp_path / "run", f"mlflow:{server}", 2)
    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("run").experiment_id
    found = {one.info.run_name: one for one in client.search_runs([experiment])}
    assert sorted(found) == sorted(individuals)
    assert len(client.search_runs([experiment])) == len(individuals)
    for name, one in individuals.items():
        data = found[name].data
        assert data.params == {"width": str(one["genome"]["width"])}
        assert data.metrics["size"] == one["genome"]["width"]
        assert data.tags["evolve.parents"] == " ".join(one["parents"])
        assert data.tags["evolve.origin"] == one["origin"]
        assert found[name].info.status == "FINISHED"
        history = client.get_metric_history(found[name].info.run_id, "loss")
        assert [told.step for told in history][:3] == [1, 2, 3]
        files = {file.path for file in client.list_artifacts(found[name].info.run_id, "sample-1")}
        assert files == {"sample-1/audio-1.wav", "sample-1/image-1.svg"}
    children = client.search_runs([experiment], "tags.`evolve.generation` = '1' and tags.`evolve.parents` LIKE '%g0-%'")
    assert {one.info.run_name for one in children} == {name for name, one in individuals.items() if one["parents"]}
    asked = urllib.request.Request(  # noqa: S310 - the server above
        f"{server}/api/2.0/mlflow/experiments/get-by-name?experiment_name=run"
    )
    assert json.loads(urllib.request.urlopen(asked).read())["experiment"]["name"] == "run"  # noqa: S310
    assert b"<title>MLflow</title>" in urllib.request.urlopen(server).read()  # noqa: S310


def _log_records(data: bytes) -> Iterator[bytes]:
    """The records of a file of W&B: a log as LevelDB writes it, behind a header of seven bytes.

    Blocks of 32 KiB hold pieces of a record, each behind a checksum, a length and whether it is the whole (1), the
    first (2), one in the middle (3) or the last (4) (LevelDB, doc/log_format.md).
    """
    block, at, parts = 32_768, 7, list[bytes]()
    while at + 7 <= len(data):
        if block - at % block < 7:
            at += block - at % block
            continue
        length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        parts.append(data[at + 7 : at + 7 + length])
        at += 7 + length
        if kind in (1, 4):
            yield b"".join(parts)
            parts = []


def test_a_run_in_weights_and_biases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, as its own reader reads it: configuration, history, summary, and sound in a table."""
    from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]  # noqa: PLC0415

    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    individuals = bred(tmp_path / "run", "wandb:listening", 1)
    told: dict[str, list[Any]] = {}
    for path in sorted((tmp_path / "run" / "wandb").rglob("*.wandb")):
        records = [Record.FromString(data) for data in _log_records(path.read_bytes())]
        (run,) = [record.run for record in records if record.WhichOneof("record_type") == "run"]
        assert (run.project, run.run_group) == ("listening", "run")
        told.setdefault(run.display_name, []).extend(records)
    assert sorted(told) == sorted(individuals)
    for name, one in individuals.items():
        history = [
            {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
            for record in told[name]
            if record.WhichOneof("record_type") == "history"
        ]
        width = one["genome"]["width"]
        assert [row["loss"] for row in history if "loss" in row] == [
            pytest.approx(width / epoch) for epoch in (1, 2, 3)
        ]
        assert [row["rank"] for row in history if "rank" in row] == [one["rank"]]
        assert any(row.get("samples._type") == "table-file" for row in history)
