"""Linear algebra on one thread, while this process starts others.

Before a process forks, OpenBLAS (which numpy carries) ends its threads; a product that is being computed on them by
another thread of the process then waits for them for ever. Ray forks when it starts, beside whatever is computed.
"""

import numpy as np
from threadpoolctl import threadpool_limits


def use_one_thread() -> None:
    """Have numpy compute on the calling thread alone, from now on and in all of this process."""
    np.zeros(1)  # numpy's library must be loaded to be told
    threadpool_limits(1, user_api="blas")
