"""The memory of GPUs, asked of NVIDIA's driver or of a program in its place."""

from pathlib import Path

import pytest

from evolve.execution.gpu_card import card_mb


def driver(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in the place of NVIDIA's; without one the folder hides any that there is."""
    monkeypatch.setenv("PATH", str(folder))
    if script:
        program = folder / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 81559", 81_559 * 2**20 / 1e6),
        ("echo 24576; echo 16384; echo", 16_384 * 2**20 / 1e6),
        ("echo '[N/A]'", None),
        ("echo 16384; exit 9", None),
        ("", None),
    ],
    ids=["one", "the smaller of two", "not told", "no driver", "no program"],
)
def test_the_smallest_gpu_is_told_or_none(
    script: str, told: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In MB of a million bytes, where the program counts in MiB; without GPUs it fails, or is not there."""
    driver(script, tmp_path, monkeypatch)
    assert card_mb() == told
