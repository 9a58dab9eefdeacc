"""What a user of Ray Tune brings to a search: their scheduler and callbacks; and what Tune gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evolve.arguments import check_kind, refused_argument
from evolve.errors import SettingsError

if TYPE_CHECKING:
    import pandas

_ENTRIES = ("callbacks", "scheduler")


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """How Ray Tune runs the trials of a generation.

    Attributes:
        callbacks: `ray.tune.Callback`s, which are told what happens.
        scheduler: A `ray.tune.schedulers.TrialScheduler` that stops trials early; each generation has a copy of it.
        rounds: Of each generation that was run, what Tune was told last of each trial.
    """

    callbacks: Sequence[Any] = ()
    scheduler: Any = None
    rounds: list[list[Mapping[str, Any]]] = field(default_factory=list)

    @property
    def results(self) -> "pandas.DataFrame":
        """What Tune was told last of each trial that was run here: a row each, configurations as ``config/GENE``."""
        import pandas  # noqa: PLC0415 - half a second

        return pandas.json_normalize([dict(one) for round_ in self.rounds for one in round_], sep="/")


def tune_options(given: Mapping[str, Any] | None) -> TuneOptions:
    """The options that a mapping names.

    Args:
        given: ``{"callbacks": […], "scheduler": …}``, of which either may be left out.

    Raises:
        SettingsError: An entry is no callback or scheduler of Ray Tune, or the scheduler changes genomes.
    """
    if not given:
        return TuneOptions()
    check_kind("tune", given, Mapping, 'a dictionary, such as {"scheduler": ASHAScheduler(…)}')
    for name in given:
        if name not in _ENTRIES:
            raise refused_argument("tune", name, '"callbacks" and "scheduler"')
    from ray.tune import Callback  # noqa: PLC0415 - seconds
    from ray.tune.schedulers import PopulationBasedTraining, TrialScheduler  # noqa: PLC0415

    callbacks, scheduler = given.get("callbacks") or (), given.get("scheduler")
    check_kind("tune callbacks", callbacks, (list, tuple), "a list of ray.tune.Callback")
    for one in callbacks:
        check_kind("tune callbacks", one, Callback, "ray.tune.Callback")
    if scheduler is not None:
        check_kind("tune scheduler", scheduler, TrialScheduler, "a scheduler of ray.tune.schedulers")
    if isinstance(scheduler, PopulationBasedTraining):
        raise SettingsError(
            f"tune scheduler={type(scheduler).__name__}: it changes genomes while they are trained; breeding is "
            f"evolve's. Give one that stops trials early, such as ASHAScheduler"
        )
    return TuneOptions(tuple(callbacks), scheduler)
