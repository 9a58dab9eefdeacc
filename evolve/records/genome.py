"""A genome: the values of the genes that are active in one individual."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from evolve.records.shares import Shares

Value = bool | int | float | str | Shares


@dataclass(frozen=True, slots=True)
class Genome:
    """An immutable map from gene name to value, in the order of its search space.

    A gene that its parent gene switches off has no value here at all.
    """

    genes: tuple[tuple[str, Value], ...]

    @classmethod
    def from_dict(cls, values: Mapping[str, Value]) -> Self:
        """The genome with these gene values, in the mapping's order."""
        return cls(tuple(values.items()))

    def as_dict(self) -> dict[str, Value]:
        """A fresh dictionary of gene name to value."""
        return dict(self.genes)

    def __getitem__(self, gene: str) -> Value:
        """The value of an active gene; `KeyError` when it is not active."""
        return self.as_dict()[gene]

    def __contains__(self, gene: str) -> bool:
        """Whether the gene is active."""
        return any(name == gene for name, _ in self.genes)

    def __iter__(self) -> Iterator[str]:
        """The names of the active genes."""
        return (name for name, _ in self.genes)

    def get(self, gene: str) -> Value | None:
        """The value of a gene, or None when it is not active."""
        return self.as_dict().get(gene)

    @property
    def fingerprint(self) -> str:
        """A digest of names and values, whatever their order: equal for networks that would be the same."""
        text = json.dumps(sorted(self.genes), default=Shares.to_json, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
