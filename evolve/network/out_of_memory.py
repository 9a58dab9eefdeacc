"""That a network was too large, in the words of every library, and in ours."""

from evolve.network.gpu_share import share_held

_SAID = ("RESOURCE_EXHAUSTED", "CUDA_ERROR_OUT_OF_MEMORY", "CUDNN_STATUS_ALLOC_FAILED")


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, in TensorFlow's, JAX's, CUDA's or Python's words."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or any(word in str(error) for word in _SAID)
    )


def too_large() -> str:
    """What is told of a network that did not fit."""
    share = share_held()
    if share is None:
        return "the network did not fit into memory"
    return f"the network did not fit into its share of the GPU ({share}; gpus_per_trial)"
