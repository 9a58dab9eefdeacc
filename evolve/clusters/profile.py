"""A cluster profile: what kind of cluster trains, and what is asked of it, read from YAML."""

import re
import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.genetics.yaml_nodes import complaint, compose, is_null, key_problem

MAX_CHARACTERS = 200_000
"""A profile is a page; anything larger is another file by mistake."""

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:%-]*")
_MEMORY = re.compile(r"[1-9]\d{0,9}[KMGT]?")
_TIME = re.compile(r"\d+(:\d\d){0,2}|\d+-\d\d?(:\d\d){0,2}")
_PLAIN_WORDS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "missing": "is missing",
    "string_type": "must be one value",
    "too_short": "needs at least one",
    "tuple_type": "must be a list such as [a, b]",
}
"""What is wrong with a value, by pydantic's name for it, where its own words are a program's."""

_UNITS_MB = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}


class _Profile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LocalProfile(_Profile):
    """This machine alone."""

    kind: Literal["local"]
    cpus: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Cores for trials; unset: all there are."""
    gpus: Annotated[int, Field(ge=0, le=1_000)] | None = None
    """GPUs for trials; unset: all there are."""


class SshHost(_Profile):
    """A host that is reached by ssh."""

    host: str
    """As ssh knows it: a name, an address, USER@HOST, or an alias of ~/.ssh/config."""
    cpus: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Cores for trials; unset: all there are."""
    gpus: Annotated[int, Field(ge=0, le=1_000)] | None = None
    """GPUs for trials; unset: all there are."""
    memory: str | None = None
    """Memory for trials, such as 32G; unset: what is free."""
    address: str | None = None
    """Where the other hosts reach it; unset: where ssh does."""
    python: str | None = None
    """Its Python that has evolve; unset: the profile's."""

    @field_validator("host", "address")
    @classmethod
    def _check_host(cls, host: str | None) -> str | None:
        if host is not None and not _HOST.fullmatch(host):
            raise PydanticCustomError("host", "must be a host's name or address, such as gpu1 or me@10.0.0.5")
        return host

    @field_validator("memory")
    @classmethod
    def _check_memory(cls, memory: str | None) -> str | None:
        return _checked_memory(memory)


class SshProfile(_Profile):
    """Hosts that are reached by ssh."""

    kind: Literal["ssh"]
    hosts: Annotated[tuple[SshHost, ...], Field(min_length=1)]
    """The first that answers leads."""
    ssh: str = "ssh"
    """The command that reaches them; options may follow, such as ``ssh -F config``."""
    python: str | None = None
    """The Python that has evolve there; unset: the path of the one that runs here."""
    setup: str = ""
    """Lines of shell that are run on each host before; one that fails ends it."""
    shared: str | None = None
    """A folder that all hosts see, where half-trained networks are kept; unset: there is none."""

    @field_validator("hosts")
    @classmethod
    def _check_hosts(cls, hosts: tuple[SshHost, ...]) -> tuple[SshHost, ...]:
        names = [host.host for host in hosts]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise PydanticCustomError("hosts", "must name each host once; {name} stands twice", {"name": twice})
        return hosts

    @field_validator("ssh")
    @classmethod
    def _check_ssh(cls, ssh: str) -> str:
        try:
            words = shlex.split(ssh)
        except ValueError:
            words = []
        if not words:
            raise PydanticCustomError("ssh", "must be a command, such as ssh -F config")
        return ssh

    @field_validator("hosts", mode="before")
    @classmethod
    def _read_hosts(cls, given: object) -> object:
        return [{"host": one} if isinstance(one, str) else one for one in given] if isinstance(given, list) else given


class SlurmProfile(_Profile):
    """A job of SLURM's for each generation."""

    kind: Literal["slurm"]
    nodes: Annotated[int, Field(ge=1, le=10_000)] = 1
    gpus_per_node: Annotated[int, Field(ge=0, le=1_000)] = 0
    cpus_per_node: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Cores of each node; unset: what SLURM gives."""
    memory_per_node: str | None = None
    """Such as 32G; unset: what SLURM gives."""
    time: str | None = None
    """The longest that a job may take, as sbatch has it, such as 04:00:00; unset: the partition's limit."""
    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    options: tuple[str, ...] = ()
    """Any other options of sbatch."""
    python: str | None = None
    """The Python that has evolve on the nodes; unset: the path of the one that runs here."""
    setup: str = ""
    """Lines of shell that are run in the job before; one that fails ends it."""

    @field_validator("memory_per_node")
    @classmethod
    def _check_memory(cls, memory: str | None) -> str | None:
        return _checked_memory(memory)

    @field_validator("time")
    @classmethod
    def _check_time(cls, time: str | None) -> str | None:
        if time is not None and not _TIME.fullmatch(time):
            raise PydanticCustomError("time", "must be a time of SLURM's: MINUTES, HH:MM:SS or DAYS-HH:MM:SS")
        return time

    @field_validator("options")
    @classmethod
    def _check_options(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        for option in options:
            if not option.startswith("-") or not option.isprintable():
                raise PydanticCustomError("option", "must be options of sbatch, such as --constraint=a100")
        return options

    @field_validator("partition", "account", "qos")
    @classmethod
    def _check_word(cls, word: str | None) -> str | None:
        if word is not None and (not word.isprintable() or " " in word):
            raise PydanticCustomError("word", "must be one word")
        return word


Profile = LocalProfile | SshProfile | SlurmProfile

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
    if len(text) > MAX_CHARACTERS:
        raise SettingsError(f"{source}: is larger than {MAX_CHARACTERS:,} characters: not a cluster profile")
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        root = compose(text)
        values = _plain(root, (), lines) if isinstance(root, yaml.MappingNode) else None
    except yaml.YAMLError as error:
        number, problem = complaint(error)
        line = f", line {number}" if number else ""
        raise SettingsError(f"{source}{line}: not valid YAML: {shortened(problem, 200)}") from error
    if values is None:
        raise SettingsError(f"{source}: must be a mapping with the key kind: {', '.join(_KINDS)}")
    return _checked(values, lines, source)


def _checked(values: Mapping[str, Any], lines: Mapping[tuple[str | int, ...], int], source: str) -> Profile:
    kind = values.get("kind")
    model = _KINDS.get(str(kind))
    if model is None:
        line = f", line {lines[('kind',)]}" if ("kind",) in lines else ""
        came = "is missing" if kind is None else f'cannot be "{shortened(str(kind))}"'
        raise SettingsError(f"{source}{line}: kind {came}; allowed: {', '.join(_KINDS)}, or a manifest of KubeRay's")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_told(error, model, lines, source)) from error


def _told(
    error: ValidationError, model: type[BaseModel], lines: Mapping[tuple[str | int, ...], int], source: str
) -> str:
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # a key that is misspelt lacks too
    place = first["loc"]
    known = [place[:length] for length in range(len(place), 0, -1) if place[:length] in lines]
    line = f", line {lines[known[0]]}" if known else ""
    key = ".".join(map(str, place))
    if first["type"] == "extra_forbidden":
        fields = SshHost.model_fields if place[0] == "hosts" else model.model_fields
        hint = nearest_spelling(str(place[-1]), fields)
        return f"{source}{line}: unknown key {shortened(key)}; allowed: {', '.join(fields)}{hint}"
    if first["type"] != "missing" and first["input"] is None:
        return f"{source}{line}: {key} has no value; give one, or leave the line out"
    problem = _PLAIN_WORDS.get(first["type"], first["msg"].replace("Input should be", "must be"))
    came = "" if first["type"] == "missing" else f"; it is {shortened(repr(first['input']))}"
    return f"{source}{line}: {key} {problem}{came}"


def _plain(node: yaml.Node, place: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Any:  # noqa: ANN401
    """A node as lists, dictionaries and texts; what a text means its field says: 04:00:00 is no number here."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "a key"
            if problem := key_problem(key, entries):
                said = problem if name == "<<" else f"{name} {problem}"
                raise yaml.MarkedYAMLError(problem=said, problem_mark=key.start_mark)
            entries[name] = _plain(value, (*place, name), lines)
        return entries
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*place, index), lines) for index, child in enumerate(node.value)]
    return None if is_null(node) else str(node.value)


def _checked_memory(memory: str | None) -> str | None:
    if memory is not None and not _MEMORY.fullmatch(memory):
        raise PydanticCustomError("memory", "must be an amount such as 32G or 32000M")
    return memory
