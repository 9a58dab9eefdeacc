"""A genome as code in keras-tuner's convention reads it, without keras-tuner, whose import brings TensorFlow along."""

import contextlib
from collections.abc import Iterator
from typing import Any

from evolve.records.genome import Genome, Value


class HyperParameters:
    """Reads like a `keras_tuner.HyperParameters`: ``hp.Int("depth", 1, 3)`` gives the genome's value.

    What a genome does not have takes the default that is asked for with it, as there.

    Attributes:
        values: The genome's, and those that were asked for beside them.
        asked_for: The names that were asked for, in their order.
    """

    def __init__(self, genome: Genome) -> None:
        """Read from this genome."""
        self.values: dict[str, Value] = genome.as_dict()
        self.asked_for: dict[str, None] = {}
        self._scopes: list[str] = []

    def get(self, name: str) -> Any:
        """The value of a gene; `KeyError` where the genome has none and none was asked for."""
        whole = self._whole(name)
        self.asked_for[whole] = None
        return self.values[whole]

    __getitem__ = get

    def __contains__(self, name: object) -> bool:
        return self._whole(str(name)) in self.values

    def Int(
        self, name: str, min_value: int, max_value: int, step: int | None = None, sampling: str = "linear",
        default: int | None = None, **_: Any,
    ) -> int:  # fmt: skip
        """A whole number."""
        return int(self._read(name, min_value if default is None else default))

    def Float(
        self, name: str, min_value: float, max_value: float, step: float | None = None, sampling: str = "linear",
        default: float | None = None, **_: Any,
    ) -> float:  # fmt: skip
        """A number."""
        return float(self._read(name, min_value if default is None else default))

    def Choice(self, name: str, values: list[Any], ordered: bool | None = None, default: Any = None, **_: Any) -> Any:
        """One of some values."""
        return self._read(name, values[0] if default is None else default)

    def Boolean(self, name: str, default: bool = False, **_: Any) -> bool:
        """Yes or no."""
        return bool(self._read(name, default))

    def Fixed(self, name: str, value: Any, **_: Any) -> Any:
        """A value that no space changes, unless one does."""
        return self.values.setdefault(self._whole(name), value)

    @contextlib.contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """Genes that only matter while another has some values; reading needs to know nothing of that."""
        yield

    @contextlib.contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """A prefix of the names that are asked for within: ``scope/name``."""
        self._scopes.append(name)
        try:
            yield
        finally:
            self._scopes.pop()

    def _read(self, name: str, default: Any) -> Any:
        whole = self._whole(name)
        self.asked_for[whole] = None
        return self.values.setdefault(whole, default)

    def _whole(self, name: str) -> str:
        return "/".join([*self._scopes, name])
