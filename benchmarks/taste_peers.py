"""Preferential Bayesian optimization by Optuna and BoTorch, as a program that runs in an environment with these alone.

Lines of JSON on its standard input ask for genomes or tell orders; a line of JSON answers each. Arguments: ``optuna``
or ``botorch``, the genes, and a seed.
"""

import itertools
import json
import math
import random
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

Genes = Sequence[Mapping[str, Any]]
"""Of each its name, kind (``int``, ``float`` or ``choice``), low and high, whether its scale is a log, and values."""

Genome = dict[str, Any]


class Library(Protocol):
    """A search by one of the libraries."""

    def propose(self, count: int) -> list[Genome]:
        """So many genomes."""

    def told(self, orders: Sequence[Sequence[int]]) -> None:
        """Orders, best first, of genomes as places among all proposed so far."""


class OptunaSearch:
    """Optuna's `PreferentialGPSampler` (optuna-dashboard), told every pair of an order.

    An order of two, the worst last, is what a click on the worst tells of each of the others.
    """

    def __init__(self, genes: Genes, seed: int) -> None:
        """Search these genes."""
        import optuna  # noqa: PLC0415 - a peer
        from optuna_dashboard.preferential import create_study  # noqa: PLC0415
        from optuna_dashboard.preferential.samplers.gp import PreferentialGPSampler  # noqa: PLC0415

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._study = create_study(n_generate=4, sampler=PreferentialGPSampler(seed=seed))
        self._spaces = {gene["name"]: _distribution(gene) for gene in genes}
        self._trials: list[Any] = []

    def propose(self, count: int) -> list[Genome]:
        """So many trials, one after the other."""
        fresh = [self._study.ask(self._spaces) for _ in range(count)]
        self._trials += fresh
        return [dict(trial.params) for trial in fresh]

    def told(self, orders: Sequence[Sequence[int]]) -> None:
        """Report every pair."""
        for order in orders:
            for better, worse in itertools.combinations(order, 2):
                self._study.report_preference(self._trials[better], self._trials[worse])


def _distribution(gene: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a peer's
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution  # noqa: PLC0415

    if gene["kind"] == "choice":
        return CategoricalDistribution(gene["values"])
    of_kind = IntDistribution if gene["kind"] == "int" else FloatDistribution
    return of_kind(gene["low"], gene["high"], log=gene["log"])


class BotorchSearch:
    """BoTorch's `PairwiseGP` and qEUBO, told every pair of an order.

    Choices are one-hot, numbers lie in the unit interval. A batch is chosen greedily from random genomes and from
    mutants of those that are expected to be liked most, with the first of the last order as pending.
    """

    _FOUNDERS = 8
    _RANDOM, _MUTANTS, _FAMILY = 512, 512, 8
    _SAMPLES = 128

    def __init__(self, genes: Genes, seed: int) -> None:
        """Search these genes."""
        import torch  # noqa: PLC0415 - a peer

        torch.manual_seed(seed)
        self._torch, self._genes, self._rng = torch, genes, random.Random(seed)  # noqa: S311 - no secret
        self._genomes: list[Genome] = []
        self._pairs: list[tuple[int, int]] = []
        self._first = 0

    def propose(self, count: int) -> list[Genome]:
        """A batch; the first is a Latin hypercube."""
        fresh = self._chosen(count) if self._pairs else self._founders(count)
        self._genomes += fresh
        return fresh

    def told(self, orders: Sequence[Sequence[int]]) -> None:
        """Keep every pair."""
        self._first = orders[0][0]
        self._pairs += [pair for order in orders for pair in itertools.combinations(order, 2)]

    def _founders(self, count: int) -> list[Genome]:
        columns = []
        for gene in self._genes:
            places = self._rng.sample(range(count), count)
            columns.append([_at(gene, (place + self._rng.random()) / count) for place in places])
        names = [gene["name"] for gene in self._genes]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _chosen(self, count: int) -> list[Genome]:
        from botorch.acquisition.preference import qExpectedUtilityOfBestOption  # noqa: PLC0415 - a peer
        from botorch.fit import fit_gpytorch_mll  # noqa: PLC0415
        from botorch.models.pairwise_gp import PairwiseGP, PairwiseLaplaceMarginalLogLikelihood  # noqa: PLC0415
        from botorch.optim import optimize_acqf_discrete  # noqa: PLC0415
        from botorch.sampling import SobolQMCNormalSampler  # noqa: PLC0415

        torch = self._torch
        heard = self._points(self._genomes)
        model = PairwiseGP(heard, torch.tensor(self._pairs))
        fit_gpytorch_mll(PairwiseLaplaceMarginalLogLikelihood(model.likelihood, model))
        with torch.no_grad():
            liking = model.posterior(heard).mean.squeeze(-1)
            family = [self._genomes[place] for place in liking.argsort(descending=True)[: self._FAMILY].tolist()]
            pool = list(self._pool(family))
            acquisition = qExpectedUtilityOfBestOption(
                model,
                sampler=SobolQMCNormalSampler(torch.Size([self._SAMPLES]), seed=len(self._genomes)),
                X_pending=heard[self._first : self._first + 1],
            )
            points = self._points(pool)
            chosen, _ = optimize_acqf_discrete(acquisition, q=count, choices=points, return_acq_values=False)
        places = [int((points - one).abs().sum(dim=1).argmin()) for one in chosen]
        return [pool[place] for place in places]

    def _pool(self, family: Sequence[Genome]) -> Iterator[Genome]:
        """Genomes that were not heard, all different."""
        seen = {json.dumps(genome) for genome in self._genomes}
        for number in range(self._RANDOM + self._MUTANTS):
            genome = self._sampled() if number < self._RANDOM else self._mutant(self._rng.choice(family))
            if (told := json.dumps(genome)) not in seen:
                seen.add(told)
                yield genome

    def _sampled(self) -> Genome:
        return {gene["name"]: _at(gene, self._rng.random()) for gene in self._genes}

    def _mutant(self, genome: Genome) -> Genome:
        """A genome with a gene or two moved or drawn anew."""
        changed = dict(genome)
        for gene in self._rng.sample(self._genes, self._rng.choice([1, 2])):
            place = self._rng.random()
            if gene["kind"] != "choice":
                reach = self._rng.choice([0.3, 0.1, 0.03])
                place = min(max(_place(gene, genome[gene["name"]]) + self._rng.gauss(0, reach), 0.0), 1.0)
            changed[gene["name"]] = _at(gene, place)
        return changed

    def _points(self, genomes: Sequence[Genome]) -> Any:  # noqa: ANN401 - a tensor
        rows = [[number for gene in self._genes for number in _encoded(gene, genome)] for genome in genomes]
        return self._torch.tensor(rows, dtype=self._torch.float64)


def _encoded(gene: Mapping[str, Any], genome: Genome) -> list[float]:
    value = genome[gene["name"]]
    return [float(value == one) for one in gene["values"]] if gene["kind"] == "choice" else [_place(gene, value)]


def _at(gene: Mapping[str, Any], place: float) -> Any:  # noqa: ANN401 - of any gene
    """The value at a place of the unit interval."""
    if gene["kind"] == "choice":
        return gene["values"][min(int(place * len(gene["values"])), len(gene["values"]) - 1)]
    low, high = gene["low"], gene["high"] + (gene["kind"] == "int")
    value = low * (high / low) ** place if gene["log"] else low + place * (high - low)
    return min(math.floor(value), gene["high"]) if gene["kind"] == "int" else value


def _place(gene: Mapping[str, Any], value: float) -> float:
    """Where a number lies in the unit interval."""
    low, high = gene["low"], gene["high"] + (gene["kind"] == "int")
    inside = value + 0.5 * (gene["kind"] == "int")
    return math.log(inside / low) / math.log(high / low) if gene["log"] else (inside - low) / (high - low)


def answer(library: Library) -> None:
    """Answer questions until there are no more."""
    for line in sys.stdin:
        question = json.loads(line)
        genomes: list[Genome] = []
        if "propose" in question:
            genomes = library.propose(question["propose"])
        else:
            library.told(question["orders"])
        print(json.dumps({"genomes": genomes, "cpu_s": time.process_time()}), flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, name, genes_told, seed_told = sys.argv
    answer((OptunaSearch if name == "optuna" else BotorchSearch)(json.loads(genes_told), int(seed_told)))
