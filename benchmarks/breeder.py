"""Claim: 100 generations of 50 are bred in under 5 processor seconds without taste, importing evolve takes under 0.15.

Beside DEAP's generational algorithm, which is as bare as one can be: 18 numbers in a list, crossed and mutated by the
same two operators, simulated binary crossover and polynomial mutation. Ours breeds the 18 genes of ``quick.yaml``,
words and shares among them, sees that nobody is born twice, and gives each individual a name, its parents and what
changed, in words.

    python -m benchmarks.breeder --generations 100 --population 50 --rounds 5
"""

import argparse
import functools
import random
import subprocess
import sys
from statistics import median

from benchmarks.pairing import cpu_s, paired, table, use_one_thread

_GENES = 18
_GROUPS = ("jig", "reel", "hornpipe", "waltz")


def ours(generations: int, population: int) -> None:
    """Ask and tell, the individual with the fewest units first."""
    import evolve  # noqa: PLC0415 - once the threads are set

    breeder = evolve.Breeder("quick.yaml", seed=7, population=population, groups=_GROUPS, taste=False)
    for _ in range(generations):
        members = sorted(breeder.ask(), key=lambda member: str(member.genome["width"]))
        breeder.tell([member.id for member in members])


def deap(generations: int, population: int) -> None:
    """`eaSimple` with tournaments of three."""
    from deap import algorithms, base, tools  # noqa: PLC0415 - a peer

    class Individual(list[float]):
        def __init__(self, genes: list[float]) -> None:
            super().__init__(genes)
            self.fitness = type("Fitness", (base.Fitness,), {"weights": (-1.0,)})()

    toolbox = base.Toolbox()
    toolbox.register("evaluate", lambda individual: (individual[0],))
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, eta=7.7, low=0.0, up=1.0)
    toolbox.register("mutate", tools.mutPolynomialBounded, eta=7.7, low=0.0, up=1.0, indpb=0.3)
    toolbox.register("select", tools.selTournament, tournsize=3)
    rng = random.Random(7)  # noqa: S311 - no secret
    founders = [Individual([rng.random() for _ in range(_GENES)]) for _ in range(population)]
    algorithms.eaSimple(founders, toolbox, cxpb=0.5, mutpb=1.0, ngen=generations, verbose=False)


def import_cpu_s() -> float:
    """Processor seconds of ``import evolve`` in a fresh process, beyond Python's own start."""
    program = "import time; began = time.process_time(); import evolve; print(time.process_time() - began)"
    return float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)  # noqa: S603


def main() -> None:
    """Breed with both by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=100)
    parser.add_argument("--population", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    use_one_thread()
    size = (options.generations, options.population)
    for once in (ours, deap):
        once(1, options.population)  # imports, off the clock
    pair = paired(
        lambda: cpu_s(functools.partial(ours, *size)), lambda: cpu_s(functools.partial(deap, *size)), options.rounds
    )
    imports = median(import_cpu_s() for _ in range(options.rounds))
    head = (f"{size[0]} generations of {size[1]}", "processor time")
    rows = [
        ("evolve.Breeder", f"{median(pair.ours):.2f} s"),
        ("DEAP, eaSimple", f"{median(pair.peer):.2f} s"),
        ("DEAP / evolve", f"{pair.ratio:.2f} x"),
        ("import evolve", f"{imports * 1000:.1f} ms"),
    ]
    print(table(head, rows))


if __name__ == "__main__":
    main()
