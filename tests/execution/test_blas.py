"""Nothing hangs when this process computes and starts others at once."""

import subprocess
import sys

import pytest

FORKS_BESIDE_PRODUCTS = """
import subprocess, threading
import numpy as np
from evolve.execution.blas import use_one_thread

use_one_thread()

def fork():
    for _ in range(40):
        subprocess.Popen(["true"], preexec_fn=lambda: None).wait()

forking = threading.Thread(target=fork)
forking.start()
a, b = np.ones((4000, 12)), np.ones((12, 1500))
while forking.is_alive():
    a @ b
"""


@pytest.mark.slow
def test_products_end_however_many_processes_are_started_beside_them() -> None:
    """With OpenBLAS on several threads the first fork in the midst of a product hangs it for ever."""
    done = subprocess.run([sys.executable, "-c", FORKS_BESIDE_PRODUCTS], timeout=120, check=False)
    assert done.returncode == 0
