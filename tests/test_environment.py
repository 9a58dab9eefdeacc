"""What of an environment reaches the libraries that compute, and what is refused by its name."""

import pytest

from evolve.environment import backend, set_aside
from evolve.errors import SettingsError

DECIDING = (
    *("JAX_ENABLE_X64", "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "MPLBACKEND", "ONEDNN_DEFAULT_FPMATH_MODE"),
    *("PYTHONOPTIMIZE", "PYTHONWARNINGS", "TF_DETERMINISTIC_OPS", "TF_ENABLE_ONEDNN_OPTS", "TF_USE_LEGACY_KERAS"),
    *("TF_XLA_FLAGS", "XLA_FLAGS"),
)
MEANT = ("CUDA_VISIBLE_DEVICES", "EVOLVE_CACHE", "HOME", "KERAS_BACKEND", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONUTF8")


def test_what_would_change_a_training_is_set_aside_and_what_somebody_means_is_kept() -> None:
    """By families: a library's next version reads names that nobody knows yet."""
    assert set_aside(dict.fromkeys((*DECIDING, *MEANT, "TF_NOT_YET_INVENTED"), "1")) == tuple(
        sorted((*DECIDING, "TF_NOT_YET_INVENTED"))
    )


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PYTHON_VERSION",
            "PYTHON_SHA256",
            "PYTHON_PIP_VERSION",
            "PYTHON_GET_PIP_URL",
            "PYTHON",
            "PYTHON_3",
            "PYTHON3",
        ),
        *("PYTHON_COLORS", "PYTHON_HISTORY", "PYTHON_CPU_COUNT", "PYTHON_DISABLE_REMOTE_DEBUG"),
        *(
            "TF_VAR_x",
            "TF_VAR_REGION",
            "TF_CLI_CONFIG_FILE",
            "TF_CLI_ARGS",
            "TF_CLI_ARGS_plan",
            "TF_LOG",
            "TF_LOG_PATH",
        ),
        *("TF_DATA_DIR", "TF_IN_AUTOMATION", "TF_INPUT", "TF_PLUGIN_CACHE_DIR", "TF_TOKEN_app_terraform_io"),
    ],
)
def test_what_no_library_of_ours_reads_is_left_alone(name: str) -> None:
    """Docker's images of Python, Terraform and others have names that begin alike."""
    assert set_aside({name: "1"}) == ()


@pytest.mark.parametrize("name", ["PYTHONDEVMODE", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_FROZEN_MODULES", "PYTHONNEW3"])
def test_what_python_itself_reads_is_set_aside(name: str) -> None:
    """Of names with an underscore those that Python knows, and all that have none."""
    assert set_aside({name: "1"}) == (name,)


@pytest.mark.parametrize("name", ["TF_LOG_XLA_ACTIVITY", "TF_DATA_EXPERIMENT_OPT_IN", "TF_FORCE_UNIFIED_MEMORY"])
def test_tensorflows_names_are_not_taken_for_terraforms(name: str) -> None:
    """They begin alike."""
    assert set_aside({name: "1"}) == (name,)


@pytest.mark.parametrize(
    ("value", "is_kept"), [("2", True), ("0", False), ("abc", False), ("", False), ("9" * 9, False)]
)
def test_a_number_of_threads_is_kept_where_it_is_one(value: str, is_kept: bool) -> None:  # noqa: FBT001
    """Whoever shares a machine may have set it; it changes no result of ours, as workers have their own."""
    assert set_aside({"OMP_NUM_THREADS": value}) == (() if is_kept else ("OMP_NUM_THREADS",))


def test_what_a_processor_needs_stays() -> None:
    """OpenBLAS may crash on a processor that it does not know, and is told of it so."""
    assert set_aside({"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "512", "OPENBLAS_VERBOSE": "9"}) == (
        "OPENBLAS_VERBOSE",
    )


def test_what_evolve_has_set_itself_stays() -> None:
    """For a worker of a cluster that finds it there."""
    environ = {"TF_NUM_INTRAOP_THREADS": "2", "TF_XLA_FLAGS": "--rubbish"}
    assert set_aside(environ, {"TF_NUM_INTRAOP_THREADS"}) == ("TF_XLA_FLAGS",)


def test_networks_are_computed_with_what_is_chosen_or_was_begun_with() -> None:
    """TensorFlow unless somebody says otherwise; a run goes on with what it was begun with."""
    assert backend({}) == backend({"KERAS_BACKEND": ""}) == "tensorflow"
    assert backend({"KERAS_BACKEND": "jax"}) == backend({}, "jax") == backend({"KERAS_BACKEND": "jax"}, "jax") == "jax"


@pytest.mark.parametrize(
    ("chosen", "begun_with", "told"),
    [
        ("tensorflw", None, "KERAS_BACKEND must be tensorflow or jax, or not be set; it is tensorflw"),
        ("torch", None, "KERAS_BACKEND must be tensorflow or jax, or not be set; it is torch"),
        ("jax", "tensorflow", "KERAS_BACKEND must be tensorflow, with which the run was begun; it is jax"),
    ],
)
def test_a_backend_that_cannot_be_is_refused_by_its_name(chosen: str, begun_with: str | None, told: str) -> None:
    """With what is allowed."""
    with pytest.raises(SettingsError) as raised:
        backend({"KERAS_BACKEND": chosen}, begun_with)
    assert str(raised.value) == told


def test_a_backend_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX comes only to whoever installs it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="KERAS_BACKEND is jax, which is not installed"):
        backend({"KERAS_BACKEND": "jax"})
    with pytest.raises(SettingsError, match=r"^the run was begun with jax, which is not installed; install it$"):
        backend({}, "jax")
