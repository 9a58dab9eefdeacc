"""A process of its own that tries inputs one after the other, so that whatever they bring about is told by another."""

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from evolve.errors import EvolveError, printable
from tests.fuzz.kinds import Kind
from tests.fuzz.trying import SharedReader, Tried, trials


def main() -> None:
    """Answer each line ``{"kind", "path"}`` with ``{"verdict", "text", "seconds", "memory_mb"}``."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    reader = SharedReader()
    tried = trials(reader)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _answer(tried[Kind(asked["kind"])], Path(asked["path"]), reader)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    reader.process.close()


def _answer(tried: Tried, path: Path, reader: SharedReader) -> dict[str, Any]:
    processes = [pid for pid in (os.getpid(), reader.pid) if pid]
    for pid in processes:
        _forget_peak(pid)
    began, began_cpu_s = time.monotonic(), time.process_time()
    verdict, text = _verdict(tried, path)
    peaks = [_peak_mb(pid) for pid in {*processes, *([reader.pid] if reader.pid else [])}]
    return {
        "verdict": verdict,
        "text": text,
        "seconds": time.monotonic() - began,
        "cpu_s": time.process_time() - began_cpu_s,
        "memory_mb": max(peaks),
    }


def _verdict(tried: Tried, path: Path) -> tuple[str, str]:
    try:
        tried(path)
    except EvolveError as error:
        text = str(error)
        return ("refused", text) if text and text == printable(text) else ("failed", f"told in no plain line: {text!r}")
    except BaseException:
        return "failed", traceback.format_exc()
    return "accepted", ""


def _forget_peak(pid: int) -> None:
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        return  # gone, or no Linux


def _peak_mb(pid: int) -> float:
    """The most memory that a process had since `_forget_peak`; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    main()
