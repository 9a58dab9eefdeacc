"""A cluster profile says what it means, or is refused with the line that is wrong."""

import pytest

from evolve.clusters.profile import LocalProfile, SlurmProfile, SshProfile, memory_mb, parse_profile
from evolve.errors import SettingsError


def test_each_kind_is_read() -> None:
    """With all it may say; what is left out is left to the cluster."""
    assert parse_profile("kind: local\ncpus: 6\n", "local.yaml") == LocalProfile(kind="local", cpus=6)
    slurm = parse_profile("kind: slurm\nnodes: 2\ngpus_per_node: 4\ntime: 04:00:00\nmemory_per_node: 32G\n", "s.yaml")
    assert isinstance(slurm, SlurmProfile)
    assert (slurm.nodes, slurm.gpus_per_node, slurm.time, slurm.partition) == (2, 4, "04:00:00", None)
    ssh = parse_profile("kind: ssh\nhosts: [gpu1, {host: me@10.0.0.2, cpus: 8}]\n", "h.yaml")
    assert isinstance(ssh, SshProfile)
    assert [(host.host, host.cpus) for host in ssh.hosts] == [("gpu1", None), ("me@10.0.0.2", 8)]


def test_a_time_is_no_number() -> None:
    """YAML alone would make 14,400 of 04:00:00, which SLURM would take for minutes: ten days."""
    profile = parse_profile("kind: slurm\ntime: 04:00:00\n", "slurm.yaml")
    assert isinstance(profile, SlurmProfile)
    assert profile.time == "04:00:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.yaml: must be a mapping with the key kind: local, ssh, slurm"),
        ("nodes: 2", "x.yaml, line 1, kind: is missing; allowed: local, ssh, slurm"),
        ("kind: pbs", 'x.yaml, line 1, kind: cannot be "pbs"; allowed: local, ssh, slurm'),
        ("kind: [slurm]", "x.yaml, line 1, kind: cannot be"),
        ("kind: slurm\nnodez: 2", "x.yaml, line 2, nodez: unknown key; allowed: kind, nodes, "),
        ("kind: slurm\nnodez: 2", 'did you mean "nodes"?'),
        ("kind: slurm\nnodes: none", "x.yaml, line 2, nodes: must be a whole number"),
        ("kind: slurm\nnodes: 0", "x.yaml, line 2, nodes: must be greater than or equal to 1; it is '0'"),
        (
            "kind: slurm\ntime: soon",
            "x.yaml, line 2, time: must be a time of SLURM's: MINUTES, HH:MM:SS or DAYS-HH:MM:SS",
        ),
        (
            "kind: slurm\nmemory_per_node: much",
            "memory_per_node: must be an amount such as 32G or 32000M; it is 'much'",
        ),
        ('kind: slurm\noptions: ["rm -rf /"]', "options: must be options of sbatch, such as --constraint=a100"),
        ('kind: slurm\noptions: ["--a\\nrm -rf /"]', "options: must be options of sbatch"),
        ('kind: slurm\npartition: "gpu --wrap=rm"', "partition: must be one word"),
        ("kind: ssh", "x.yaml, line 1, hosts: is missing"),
        ("kind: ssh\nhost: gpu1", "x.yaml, line 2, host: unknown key; allowed: kind, hosts, "),
        ("kind: ssh\nhost: gpu1", 'did you mean "hosts"?'),
        ("kind: ssh\nhosts: [a, b, a]", "x.yaml, line 2, hosts: must name each host once; a stands twice"),
        ("kind: ssh\nhosts: []", "hosts: needs at least one"),
        ("kind: ssh\nhosts: [-oProxyCommand=rm]", "must be a host's name or address, such as gpu1 or me@10.0.0.5"),
        (
            "kind: ssh\nhosts:\n  - gpu1\n  - host: gpu2\n    gpu: 2",
            "x.yaml, line 5, hosts[1].gpu: unknown key; allowed: host",
        ),
        ("kind: ssh\nhosts: gpu1", "hosts: must be a list such as [a, b]"),
        ("kind: [", "x.yaml, line 1: not valid YAML"),
        (
            "kind: &a [*a]",
            "x.yaml, line 1: not a cluster profile: it has more than 20 mappings and lists within each other",
        ),
        ("kind: local\ncpus: 1\ncpus: 2", "x.yaml, line 3, cpus: stands twice; keep one"),
        ('kind: ssh\nhosts: [a]\nssh: "ssh -F \'x"', "x.yaml, line 3, ssh: must be a command, such as ssh -F config"),
        ("kind: slurm\nnodes:", "x.yaml, line 2, nodes: has no value; give one, or leave it out: it is 1 then"),
        ("kind: local\n<<: {cpus: 1}", "x.yaml, line 2: << takes over the keys of another mapping"),
        ("kind: local\n[a]: 1", "x.yaml, line 2: a key must be text, not a list or a mapping"),
        ("kind: slurm\n\tnodes: 2", "x.yaml, line 2: not valid YAML: a tab stands where only spaces may"),
        ("kind: local\ncpus: \x07", "x.yaml, line 2: not valid YAML: it has the character U+0007"),
        ("kind: !!python/object:os.system rm", "x.yaml, line 1, kind: has the tag"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    """File, line and key, what came, and what is allowed."""
    with pytest.raises(SettingsError) as refusal:
        parse_profile(text, "x.yaml")
    assert told in str(refusal.value)


def test_an_amount_of_memory_has_a_unit() -> None:
    """As for SLURM, whose bare numbers are megabytes."""
    assert [memory_mb(text) for text in (None, "512", "512M", "2G", "1T")] == [None, 512, 512, 2048, 1024 * 1024]


def test_what_is_left_empty_is_left_to_the_cluster_and_quotes_change_nothing() -> None:
    """A number may stand in quotes, and a word may look like a boolean."""
    assert parse_profile("kind: local\ncpus: ~\ngpus:\n", "x.yaml") == LocalProfile(kind="local")
    slurm = parse_profile("kind: slurm\nnodes: '2'\npartition: on\naccount: 012\ntime: 1:30\n", "x.yaml")
    assert isinstance(slurm, SlurmProfile)
    assert (slurm.nodes, slurm.partition, slurm.account, slurm.time) == (2, "on", "012", "1:30")
