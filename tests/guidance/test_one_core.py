"""Linear algebra on one core, for one thread at a time."""

import threading

from threadpoolctl import threadpool_info

from evolve.guidance.one_core import on_one_core


def test_whoever_comes_second_waits_and_the_limit_goes_with_the_last() -> None:
    """Neither lifts the other's limit, nor leaves one behind."""
    before, order = _threads(), list[str]()

    def second() -> None:
        with on_one_core():
            order.append("second")
            assert _threads() <= {1}

    with on_one_core():
        other = threading.Thread(target=second)
        other.start()
        other.join(0.2)
        order.append("first")
        assert _threads() <= {1}
    other.join()
    assert order == ["first", "second"]
    assert _threads() == before


def _threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}
