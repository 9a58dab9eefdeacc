"""What choosing a generation takes once much was heard."""

from statistics import median
from typing import Final

from benchmarks.pairing import cpu_s, table
from benchmarks.taste_judges import judge_of, toy_space
from benchmarks.taste_runs import NOISE
from benchmarks.taste_searches import Candidates
from evolve import Breeder

_GENES: Final = 12
_INDIVIDUALS: Final = 200
_ROUNDS: Final = 5


def cost_table() -> str:
    """Processor seconds of the generation that follows when 200 individuals of 12 genes were heard."""
    taken = {taste: [choosing_cpu_s(seed, taste=taste) for seed in range(_ROUNDS)] for taste in (True, False)}
    heads = ["the next eight of 200 individuals with 12 genes", "processor time"]
    names = {True: "with taste", False: "plain"}
    return table(heads, [[names[taste], f"{median(times):.2f} s"] for taste, times in taken.items()])


def choosing_cpu_s(seed: int, *, taste: bool) -> float:
    """Processor seconds of one choice; how the individuals before it were bred makes no difference."""
    space = toy_space(_GENES, whole=False)
    judge = judge_of("interacting", seed, whole=False, noise=NOISE, genes=_GENES)
    breeder, heard = Breeder(space, population=8, seed=seed, taste=False), set[str]()
    while len(heard) < _INDIVIDUALS:
        members: Candidates = {member.id: member.genome for member in breeder.ask()}
        heard |= members.keys()
        breeder.tell(judge.orders(members, breeder.generation)[0])
    ready = Breeder.from_state(breeder.state() | {"taste": taste})
    return cpu_s(ready.ask)
