"""The configuration of a test bed's SLURM, line by line what it takes on one machine without its usual comforts."""

import socket
from collections.abc import Sequence
from pathlib import Path

from tests.cluster.host import Host
from tests.cluster.hosts import Hosts

_CONFIGURATION = """\
ClusterName=bed
SlurmctldHost={login}({listener})
SlurmctldPort={port}
SlurmctldPidFile={folder}/slurmctld.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir=/run/slurmd
SlurmdPidFile=/run/slurmd.pid
SlurmUser=root
SlurmdUser=root
AuthInfo=socket={folder}/munge.socket
MailProg=/bin/true
# No cgroups, no database, no MPI:
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
# The nodes are what is said here, not what they find:
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
GresTypes=gpu
# Everything soon:
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
KillWait=2
ReturnToService=2
# A job in the urgent partition takes nodes away from those in the normal one, which then wait for their turn again:
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=normal Nodes=ALL Default=YES MaxTime=60 PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=60 PriorityTier=2 PreemptMode=OFF
"""

_NODE = "NodeName={host.name} NodeAddr={host.address} CPUs=2 RealMemory=2000 Gres=gpu:1\n"


def configuration(hosts: Hosts, nodes: Sequence[Host], folder: Path) -> str:
    """The text of ``slurm.conf``.

    Args:
        hosts: This machine's address among them is the controller's.
        nodes: Those that jobs run on.
        folder: SLURM's own, which all of them see.
    """
    # The controller listens on every address of this machine, so that beds beside this one need ports of their own.
    port = 17000 + int(hosts.listener.split(".")[2])
    text = _CONFIGURATION.format(login=socket.gethostname(), listener=hosts.listener, port=port, folder=folder)
    return text + "".join(_NODE.format(host=host) for host in nodes)


def gpus() -> str:
    """The text of ``gres.conf``: SLURM wants to see a device, and does not ask which."""
    return "Name=gpu File=/run/gpu0\n"
