"""A cluster profile: what kind of cluster trains, and what is asked of it, read from YAML."""

import functools
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from evolve.errors import SettingsError, shortened
from evolve.inputs.mistakes import first_mistake
from evolve.inputs.yaml_files import Source, read_yaml

if TYPE_CHECKING:
    from evolve.clusters.session import Launcher

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:%-]*")
_MEMORY = re.compile(r"[1-9]\d{0,9}[KMGT]?")
_TIME = re.compile(r"\d+(:\d\d){0,2}|\d+-\d\d?(:\d\d){0,2}")
_UNITS_MB = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}


def _must(is_right: Callable[[Any], object], problem: str) -> AfterValidator:
    """A check of a value, and what is told where it fails."""

    def check(value: object) -> object:
        if not is_right(value):
            raise PydanticCustomError("profile", "must {problem}", {"problem": problem})
        return value

    return AfterValidator(check)


def _is_command(text: str) -> bool:
    try:
        return bool(shlex.split(text))
    except ValueError:
        return False


def _check_names(hosts: tuple["SshHost", ...]) -> tuple["SshHost", ...]:
    names = [host.host for host in hosts]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise PydanticCustomError("hosts", "must name each host once; {name} stands twice", {"name": twice})
    return hosts


def _with_names(given: object) -> object:
    """A host may be given by its name alone."""
    return [{"host": one} if isinstance(one, str) else one for one in given] if isinstance(given, list) else given


_Cpus = Annotated[int, Field(ge=1, le=10_000)]
_Gpus = Annotated[int, Field(ge=0, le=1_000)]
_Host = Annotated[str, _must(_HOST.fullmatch, "be a host's name or address, such as gpu1 or me@10.0.0.5")]
_Memory = Annotated[str, _must(_MEMORY.fullmatch, "be an amount such as 32G or 32000M")]
_Time = Annotated[str, _must(_TIME.fullmatch, "be a time of SLURM's: MINUTES, HH:MM:SS or DAYS-HH:MM:SS")]
_Word = Annotated[str, _must(lambda word: word.isprintable() and " " not in word, "be one word")]
_Command = Annotated[str, _must(_is_command, "be a command, such as ssh -F config")]
_Options = Annotated[
    tuple[str, ...],
    _must(
        lambda options: all(one.startswith("-") and one.isprintable() for one in options),
        "be options of sbatch, such as --constraint=a100",
    ),
]


class _Profile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LocalProfile(_Profile):
    """This machine alone."""

    kind: Literal["local"]
    cpus: _Cpus | None = None
    """Cores for trials; unset: all there are."""
    gpus: _Gpus | None = None
    """GPUs for trials; unset: all there are."""


class SshHost(_Profile):
    """A host that is reached by ssh."""

    host: _Host
    """As ssh knows it: a name, an address, USER@HOST, or an alias of ~/.ssh/config."""
    cpus: _Cpus | None = None
    """Cores for trials; unset: all there are."""
    gpus: _Gpus | None = None
    """GPUs for trials; unset: all there are."""
    memory: _Memory | None = None
    """Memory for trials, such as 32G; unset: what is free."""
    address: _Host | None = None
    """Where the other hosts reach it; unset: where ssh does."""
    python: str | None = None
    """Its Python that has evolve; unset: the profile's."""


class SshProfile(_Profile):
    """Hosts that are reached by ssh."""

    kind: Literal["ssh"]
    hosts: Annotated[
        tuple[SshHost, ...], Field(min_length=1), BeforeValidator(_with_names), AfterValidator(_check_names)
    ]
    """The first that answers leads."""
    ssh: _Command = "ssh"
    """The command that reaches them; options may follow, such as ``ssh -F config``."""
    python: str | None = None
    """The Python that has evolve there; unset: the path of the one that runs here."""
    setup: str = ""
    """Lines of shell that are run on each host before; one that fails ends it."""
    shared: str | None = None
    """A folder that all hosts see, where half-trained networks are kept; unset: there is none."""


class SlurmProfile(_Profile):
    """A job of SLURM's for each generation."""

    kind: Literal["slurm"]
    nodes: _Cpus = 1
    gpus_per_node: _Gpus = 0
    cpus_per_node: _Cpus | None = None
    """Cores of each node; unset: what SLURM gives."""
    memory_per_node: _Memory | None = None
    """Such as 32G; unset: what SLURM gives."""
    time: _Time | None = None
    """The longest that a job may take, as sbatch has it, such as 04:00:00; unset: the partition's limit."""
    partition: _Word | None = None
    account: _Word | None = None
    qos: _Word | None = None
    options: _Options = ()
    """Any other options of sbatch."""
    python: str | None = None
    """The Python that has evolve on the nodes; unset: the path of the one that runs here."""
    setup: str = ""
    """Lines of shell that are run in the job before; one that fails ends it."""


@dataclass(frozen=True, slots=True)
class ClusterKind:
    """A kind of cluster that a package brings; it is named among the entry points ``evolve.clusters``.

    Attributes:
        profile: What its profiles may say; a pydantic model with the key ``kind``.
        launcher: Makes of a profile an `evolve.clusters.session.Launcher`.
    """

    profile: type[BaseModel]
    launcher: Callable[[Any], "Launcher"]


@functools.cache
def other_kinds() -> dict[str, ClusterKind]:
    """The kinds that installed packages bring, by name."""
    return {point.name: point.load() for point in entry_points(group="evolve.clusters")}


Profile = LocalProfile | SshProfile | SlurmProfile | BaseModel

_KINDS: Mapping[str, type[LocalProfile] | type[SshProfile] | type[SlurmProfile]] = {
    "local": LocalProfile,
    "ssh": SshProfile,
    "slurm": SlurmProfile,
}


def memory_mb(memory: str | None) -> int | None:
    """An amount such as ``32G`` in MB; a bare number is MB already, as for SLURM."""
    if memory is None:
        return None
    number, unit = (memory[:-1], memory[-1]) if memory[-1] in _UNITS_MB else (memory, "M")
    return int(int(number) * _UNITS_MB[unit])


def parse_profile(text: str, source: str) -> Profile:
    """The cluster profile that a YAML text describes.

    Args:
        text: A mapping with the key ``kind``.
        source: The file's name, for messages.

    Raises:
        SettingsError: Naming file, line and key, what came, what is allowed.
    """
    root = read_yaml(text, Source(source, "a cluster profile", SettingsError))
    if not isinstance(root.value, Mapping):
        root.fail(f"must be a mapping with the key kind: {', '.join(_KINDS)}")
    values = root.plain()
    kind = str(values.get("kind"))
    model: type[BaseModel] | None = _KINDS.get(kind)
    if model is None and kind in other_kinds():
        model = other_kinds()[kind].profile
    if model is None:
        came = f'cannot be "{shortened(kind)}"' if values.get("kind") else "is missing"
        known = ", ".join([*_KINDS, *other_kinds()])
        root.fail(f"{came}; allowed: {known}, or a manifest of KubeRay's", "kind")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        mistake = first_mistake(error, model, values)
        root.fail(mistake.problem, *mistake.place)
