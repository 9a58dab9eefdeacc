"""Where a corpus comes from and under which terms, as far as it says so: nobody should have to find out afterwards."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from evolve.words import listed

NONE_STATED: Final = "none stated"


@dataclass(frozen=True, slots=True)
class Licence:
    """What one source of a corpus says of itself.

    Attributes:
        source: Its name, a folder's or a file's own without what leads to it.
        origin: Who made it, and when; empty where that is not known.
        terms: Under which terms it may be used; `NONE_STATED` where it says nothing.
        notices: Names of the files beside the music that may say more, such as ``LICENSE``.
    """

    source: str
    origin: str
    terms: str
    notices: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `json.dumps` takes it."""
        return asdict(self) | {"notices": list(self.notices)}

    @property
    def in_words(self) -> str:
        """``tunes: licence none stated, see LICENSE``."""
        origin = f"{self.origin}; " if self.origin else ""
        notices = f", see {listed(self.notices)}" if self.notices else ""
        return f"{self.source}: {origin}licence {self.terms}{notices}"


def licences_in_words(licences: Sequence[Any]) -> list[str]:
    """A line of each of the licences that a run keeps as JSON; nothing of what is none."""
    known = [one for one in licences if isinstance(one, dict) and {"source", "terms"} <= one.keys()]
    return [
        Licence(
            str(one["source"]), str(one.get("origin", "")), str(one["terms"]), tuple(map(str, one.get("notices", ())))
        ).in_words
        for one in known
    ]
