"""evolve: breed recurrent networks that write music, with a person as the fitness function.

What a program may use; ``docs/python-api.md`` tells of each. All names but the version are imported when they are first
used: importing evolve loads no other library.

>>> import evolve
>>> space = evolve.load_space("quick.yaml")
>>> breeder = evolve.Breeder(space, seed=7, population=4)
>>> [member.id for member in breeder.ask()]
['g0-1', 'g0-2', 'g0-3', 'g0-4']
>>> breeder.tell("g0-3 > g0-1 = g0-2 ! g0-4")
>>> [member.id for member in breeder.ask()]
['g0-3', 'g1-2', 'g1-3', 'g1-4']
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evolve.api import Search
    from evolve.breeder import Breeder, Member
    from evolve.domain import Domain, Trial
    from evolve.errors import EvolveError
    from evolve.records.ballot import Candidate
    from evolve.records.events import Event, EventKind
    from evolve.records.run import Sample
    from evolve.spaces import Space, load_space, space_from
    from evolve.tune_trial import tune_trainable
    from evolve.views import Best, Generation, Report

__version__ = "0.1.0"

__all__ = [
    "Best",
    "Breeder",
    "Candidate",
    "Domain",
    "Event",
    "EventKind",
    "EvolveError",
    "Generation",
    "Member",
    "Report",
    "Sample",
    "Search",
    "Space",
    "Trial",
    "__version__",
    "load_space",
    "space_from",
    "tune_trainable",
]

_HOMES = {
    "Best": "evolve.views",
    "Breeder": "evolve.breeder",
    "Candidate": "evolve.records.ballot",
    "Domain": "evolve.domain",
    "Event": "evolve.records.events",
    "EventKind": "evolve.records.events",
    "EvolveError": "evolve.errors",
    "Generation": "evolve.views",
    "Member": "evolve.breeder",
    "Report": "evolve.views",
    "Sample": "evolve.records.run",
    "Search": "evolve.api",
    "Space": "evolve.spaces",
    "Trial": "evolve.domain",
    "load_space": "evolve.spaces",
    "space_from": "evolve.spaces",
    "tune_trainable": "evolve.tune_trial",
}


if not TYPE_CHECKING:  # or type checkers would know every name

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The public names, and what every module has."""
    return sorted({*globals(), *__all__})
