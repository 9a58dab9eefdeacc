"""Studies of Optuna: what one has found becomes a space and founders, and a run becomes one."""

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evolve.errors import SettingsError, SpaceError, last_line, nearest_spelling
from evolve.exchange.found_project import FoundProject, FoundTrial, likings, without_twins
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.inputs.yaml_files import to_yaml
from evolve.records.run import RunRecord
from evolve.records.shares import Shares
from evolve.spaces import PlainValue, genome_from, plain
from evolve.words import counted, listed

if TYPE_CHECKING:
    import optuna

_SQLITE: Final = "sqlite:///"
_CHOICES: Final = (bool, int, float, str)


def read_study(place: str) -> FoundProject:
    """What a study has found so far.

    Args:
        place: ``URL#STUDY``: the address of a storage as Optuna has it, or the path of a journal file, and the study's
            name, which may be left out where there is one alone.

    Raises:
        SettingsError: Optuna is not installed.
        SpaceError: There is no such study, or it asks for what no space can say.
    """
    study = _study_at(place)
    if len(study.directions) > 1:
        raise SpaceError(f"{place}: the study has {len(study.directions)} objectives; only one can order its trials")
    complete = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    if not any(trial.distributions for trial in complete):
        raise SpaceError(f"{place}: no trial of the study is completed; run one first")
    genes = genes_of([trial.distributions for trial in complete], [trial.params for trial in complete])
    text = to_yaml({"description": f"Imported from Optuna: {study.study_name}", "genes": genes})
    space = parse_space(text, study.study_name, rules=None).space
    found, notices = [], []
    for trial in complete:
        try:
            genome = plain(genome_from(trial.params, space))
        except SpaceError as error:
            notices.append(f"trial {trial.number} is left out: {error}")
        else:
            found.append(FoundTrial(str(trial.number), genome, float(trial.value)))
    is_max = study.direction.name == "MAXIMIZE"
    found.sort(key=lambda one: -one.score if is_max else one.score)
    return FoundProject(text, tuple(without_twins(found)), tuple(notices))


def genes_of(asked: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The genes by name, each as a space file has it.

    Optuna has no conditions: a parameter that only some trials have depends on another whose value always tells whether
    it is there.

    Args:
        asked: Of each trial the distributions by parameter.
        given: Of each trial the values by parameter.

    Raises:
        SpaceError: A parameter was asked for in two ways, or chosen among what is no text, number or boolean.
    """
    genes: dict[str, dict[str, Any]] = {}
    for distributions in asked:
        for name, distribution in distributions.items():
            gene = _gene(name, distribution)
            if genes.setdefault(name, gene) != gene:
                raise SpaceError(f'"{name}" is asked for in two ways; give each a name of its own')
    return {name: {**gene, **_condition(name, genes, given)} for name, gene in genes.items()}


def _gene(name: str, distribution: Any) -> dict[str, Any]:  # noqa: ANN401 - Optuna is imported late
    kind = type(distribution).__name__
    if kind == "CategoricalDistribution":
        values = list(distribution.choices)
        if not all(isinstance(value, _CHOICES) for value in values):
            raise SpaceError(f'"{name}" is chosen among {values}; a gene chooses among texts, numbers and booleans')
        return {"type": "choice", "values": values}
    whole = kind == "IntDistribution"
    ends = {"type": "int" if whole else "float", "min_value": distribution.low, "max_value": distribution.high}
    step = distribution.step if distribution.step not in (None, 1) or not whole else None
    ends |= {} if step is None else {"step": step}
    return ends | ({"sampling": "log"} if distribution.log else {})


def _condition(name: str, genes: Mapping[str, Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """On which choice it depends whether a parameter is there; nothing where it always is, or none tells."""
    if all(name in values for values in given):
        return {}
    for other, gene in genes.items():
        if gene["type"] != "choice" or other == name or not all(other in values for values in given if name in values):
            continue
        switching = {values[other] for values in given if name in values}
        if switching.isdisjoint({values[other] for values in given if other in values and name not in values}):
            return {"parent_name": other, "parent_values": [value for value in gene["values"] if value in switching]}
    return {}


def study_of(
    run: RunRecord, space: SearchSpace, *, storage: str | None = None, name: str | None = None
) -> "optuna.Study":
    """A run as a study of Optuna's, with everybody who was ranked as a completed trial.

    Its value, of which more is better, is the share of the others in somebody's newest ranking who came after them;
    shares of a gene are parameters ``GENE/GROUP``. Id, parents, generation, origin and metrics are user attributes.

    Args:
        run: The run.
        space: Its space.
        storage: Where Optuna keeps it, as in `read_study`; None: in memory.
        name: Of the study; None: the run's.

    Raises:
        SettingsError: Optuna is not installed.
        SpaceError: Nobody was ranked yet, or the study is there already.
    """
    scores = dict(likings(run))
    if not scores:
        raise SpaceError(f"{run.name} has no ranking yet, and so no trial that Optuna could read")
    optuna = _optuna()
    try:
        kept = _storage(storage, is_new=True)
        study = optuna.create_study(study_name=name or run.name, storage=kept, direction="maximize")
    except optuna.exceptions.DuplicatedStudyError:
        raise SpaceError(f"{storage} has a study {name or run.name} already; give another name") from None
    except Exception as error:
        raise SpaceError(f"{storage} cannot be written: {last_line(error)}") from error
    distributions = {name: one for gene in space.genes for name, one in _distributions(gene).items()}
    for individual, score in scores.items():
        record = run.individuals[individual]
        values = {name: value for gene, told in record.individual.genome.genes for name, value in _values(gene, told)}
        numbers = {name: value for name, value in record.metrics.items() if isinstance(value, int | float)}
        one = record.individual
        study.add_trial(
            optuna.trial.create_trial(
                params=values,
                distributions={name: distributions[name] for name in values},
                value=score,
                user_attrs={
                    "id": individual, "generation": one.generation, "origin": str(one.origin),
                    "parents": list(one.parents), **numbers,
                },
            )
        )  # fmt: skip
    return study


def _distributions(gene: Gene) -> dict[str, Any]:
    """The distributions of a gene by parameter: of shares one for each group."""
    from optuna.distributions import (  # noqa: PLC0415 - an extra
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if gene.kind is GeneKind.SHARES:
        return {f"{gene.name}/{group}": FloatDistribution(0.0, 1.0) for group in gene.values}
    if not gene.is_numeric:
        return {gene.name: CategoricalDistribution(gene.values)}
    is_log = gene.sampling == "log"
    step = None if is_log else gene.step
    if gene.kind is GeneKind.INT:
        low, high = int(gene.min_value or 0), int(gene.max_value or 0)
        return {gene.name: IntDistribution(low, high, log=is_log, step=int(step or 1))}
    return {gene.name: FloatDistribution(float(gene.min_value or 0), float(gene.max_value or 0), log=is_log, step=step)}


def _values(gene: str, value: object) -> list[tuple[str, PlainValue]]:
    if isinstance(value, Shares):
        return [(f"{gene}/{group}", share) for group, share in value.parts]
    return [(gene, value)]  # type: ignore[list-item]


def _study_at(place: str) -> "optuna.Study":
    address, _, name = place.partition("#")
    optuna = _optuna()
    try:
        storage = _storage(address, is_new=False)
        names = optuna.get_all_study_names(storage)
    except SpaceError:
        raise
    except Exception as error:
        raise SpaceError(f"{address} is no storage of Optuna's: {last_line(error)}") from error
    if not name and len(names) == 1:
        return optuna.load_study(study_name=names[0], storage=storage)
    if name not in names:
        there = f"it has {listed(names)}" if names else "it has none"
        wanted = (
            f"no study {name}{nearest_spelling(name, names)}" if name else f"{counted(len(names), 'study', 'studies')}"
        )
        raise SpaceError(f"{address} has {wanted}; {there}: give {address}#STUDY")
    return optuna.load_study(study_name=name, storage=storage)


def _storage(address: str | None, *, is_new: bool) -> Any:  # noqa: ANN401 - Optuna is imported late
    """The storage at an address; a path is a journal file. One that is to be read is not made."""
    if address is None:
        return None
    from optuna.storages import JournalStorage, RDBStorage  # noqa: PLC0415
    from optuna.storages.journal import JournalFileBackend  # noqa: PLC0415

    path = Path(address.removeprefix(_SQLITE))
    if ("://" not in address or address.startswith(_SQLITE)) and not is_new and not path.is_file():
        raise SpaceError(f"{path} is not there; give the storage of a study, such as sqlite:///study.db#NAME")
    if "://" not in address:
        return JournalStorage(JournalFileBackend(address))
    return RDBStorage(address, skip_table_creation=not is_new)


def _optuna() -> Any:  # noqa: ANN401 - a module
    if importlib.util.find_spec("optuna") is None:
        raise SettingsError("Optuna is not installed; install it: pip install optuna")
    import optuna  # noqa: PLC0415 - an extra

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
