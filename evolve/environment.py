"""Keeps a user's environment variables from changing what a network learns.

Keras, TensorFlow, JAX and the like read hundreds of variables and a file in the user's home. Some silently change the
result (``TF_ENABLE_ONEDNN_OPTS``, ``floatx`` in ``keras.json``), some end the process (``TF_XLA_FLAGS``). So whole
families of variables are removed, except for a few that users set on purpose and that change no result.
"""

import importlib.util
import os
import re
from collections.abc import Collection, Mapping
from typing import Final

from evolve.errors import SettingsError

BACKEND: Final = "KERAS_BACKEND"
"""The variable that says what networks are computed with."""

BACKENDS: Final = ("tensorflow", "jax")

_FAMILIES: Final = (
    *("KERAS_", "TF_", "TF2_", "XLA_", "JAX_", "ONEDNN_", "DNNL_", "NVIDIA_TF32_", "MPLBACKEND"),
    *("OMP_", "KMP_", "GOMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_", "NUMEXPR_"),
)

_PYTHONS: Final = re.compile(
    r"PYTHON([A-Z][A-Z0-9]*|_(CONTEXT_AWARE_WARNINGS|FROZEN_MODULES|GIL|JIT|LAZY_IMPORTS|LLTRACE|OPT_DEBUG"
    r"|PERF_JIT_SUPPORT|PRESITE|THREAD_INHERIT_CONTEXT|TLBC|UOPS|UOPS_OPTIMIZE))"
)
"""Variables that CPython reads.

Of its names with an underscore only those that may change a result: others style text (``PYTHON_COLORS``) or protect
the process (``PYTHON_DISABLE_REMOTE_DEBUG``), and most such names are somebody else's (``PYTHON_VERSION`` of Docker's
images).
"""

_TERRAFORMS: Final = re.compile(r"TF_((VAR|CLI|TOKEN|PLUGIN)_\w+|LOG(_PATH)?|DATA_DIR|WORKSPACE|INPUT|IN_AUTOMATION)")
"""Terraform's variables begin like TensorFlow's, which reads none of them."""

_KEPT: Final = frozenset(
    {
        BACKEND,
        # Where Python finds modules, keeps compiled ones, and how it shows text: no result depends on that.
        *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONSAFEPATH"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONSTARTUP", "PYTHONHASHSEED"),
        *("PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE", "PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"),
        # For processors on which OpenBLAS chooses wrong by itself and crashes.
        *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
    }
)

_OWN: Final = {"KERAS_HOME": os.devnull}
"""In a home that is no folder Keras finds no ``keras.json``, and writes none."""

_MOST_DIGITS: Final = 4


def isolate(own: Collection[str] = (), *, before: Collection[str] = ()) -> None:
    """Remove from this process's environment what would change how libraries compute; call it before importing them.

    Args:
        own: Names that evolve itself has set for this process: they stay.
        before: Names that were removed before this process began.
    """
    aside = set_aside(os.environ, own)
    for name in aside:
        del os.environ[name]
    os.environ.update(_OWN)
    _aside.update(dict.fromkeys(sorted({*before, *aside})))


def set_aside(environ: Mapping[str, str], own: Collection[str] = ()) -> tuple[str, ...]:
    """The names in an environment that are to be removed, sorted."""
    kept = _KEPT.union(own)
    families = {name: value for name, value in environ.items() if _is_of_a_library(name) and name not in kept}
    return tuple(
        sorted(
            name
            for name, value in families.items()
            if value != _OWN.get(name) and not _is_number_of_threads(name, value)
        )
    )


def is_pythons(name: str) -> bool:
    """Whether Python itself reads the variable when it starts."""
    return _PYTHONS.fullmatch(name) is not None


def was_set_aside() -> tuple[str, ...]:
    """The names that were removed from this process's environment."""
    return tuple(_aside)


def backend(environ: Mapping[str, str], begun_with: str | None = None) -> str:
    """What networks are computed with.

    Args:
        environ: Where a user may have chosen it.
        begun_with: What the run recorded when it began; None: nothing.

    Raises:
        SettingsError: It is none that evolve knows, is not installed, or is another than the run was begun with.
    """
    chosen = environ.get(BACKEND) or begun_with or BACKENDS[0]
    if chosen not in BACKENDS:
        raise SettingsError(f"{BACKEND} must be {' or '.join(BACKENDS)}, or not be set; it is {chosen}")
    if begun_with not in {None, chosen}:
        raise SettingsError(f"{BACKEND} must be {begun_with}, with which the run was begun; it is {chosen}")
    if importlib.util.find_spec(chosen) is None and begun_with is not None:
        raise SettingsError(f"the run was begun with {chosen}, which is not installed; install it")
    if importlib.util.find_spec(chosen) is None:
        raise SettingsError(f"{BACKEND} is {chosen}, which is not installed; install it, or do not set {BACKEND}")
    return chosen


def _is_of_a_library(name: str) -> bool:
    return is_pythons(name) or (name.startswith(_FAMILIES) and not _TERRAFORMS.fullmatch(name))


def _is_number_of_threads(name: str, value: str) -> bool:
    is_number = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
    return name.endswith("_NUM_THREADS") and is_number and int(value) > 0


_aside: dict[str, None] = {}
"""The names that were removed from this process's environment, in order."""
