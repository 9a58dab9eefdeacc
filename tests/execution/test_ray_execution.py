"""What is particular to trials on Ray."""

import pytest

from evolve.errors import ExecutionError

pytestmark = pytest.mark.slow


def test_the_address_of_a_ray_client_is_refused() -> None:
    """Results would be told to a copy of the observer on the cluster, and nothing would be recorded here."""
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - importing Ray costs seconds in every worker

    with (
        pytest.raises(ExecutionError, match="must be HOST:PORT"),
        RayExecution("ray://10.0.0.1:10001") as execution,
        execution(),
    ):
        pass
