"""The peer: nn.LSTM layers trained in a plain PyTorch loop, as a good PyTorch user would write it.

The network is ours with dropout 0: one-hot symbols of each attribute side by side, stacked LSTM layers, a dense layer
of 128 with relu, and a head of logits for each attribute. Cross entropy counts at every step; gradients of all weights
together are clipped to norm 1; Adam is fused, its fastest form, and set as ours is. It begins with our weights.
"""

from collections.abc import Mapping

import keras
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from evolve.network.windows import Batch

Symbols = Mapping[str, torch.Tensor]


class Network(nn.Module):  # type: ignore[misc]  # PyTorch is not at hand everywhere, so its types are skipped
    """Attribute → int64 [batch, time] to attribute → logits [batch, time, size]."""

    def __init__(self, sizes: Mapping[str, int], width: int, depth: int, dense_width: int = 128) -> None:
        super().__init__()
        self.sizes = dict(sizes)
        self.lstm = nn.LSTM(sum(sizes.values()), width, depth, batch_first=True)
        self.dense = nn.Linear(width, dense_width)
        self.heads = nn.ModuleDict({name: nn.Linear(dense_width, size) for name, size in sizes.items()})

    def forward(self, symbols: Symbols) -> dict[str, torch.Tensor]:
        """The logits."""
        codes = [functional.one_hot(symbols[name], size).float() for name, size in self.sizes.items()]
        states, _ = self.lstm(torch.cat(codes, dim=-1))
        hidden = functional.relu(self.dense(states))
        return {name: head(hidden) for name, head in self.heads.items()}


class Loop:
    """A network, its optimizer, and the loop over batches."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.optimizer = torch.optim.Adam(network.parameters(), lr=0.001, eps=1e-7, fused=True)

    def learn(self, batches: list[tuple[Symbols, Symbols]]) -> np.ndarray:
        """A training step with each batch; the loss before each in nats a note, float32 [batches]."""
        return np.array([self._step(*batch) for batch in batches], np.float32)

    def _step(self, inputs: Symbols, targets: Symbols) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        logits = self.network(inputs)
        losses = [functional.cross_entropy(logits[name].flatten(0, 1), targets[name].flatten()) for name in logits]
        loss = torch.stack(losses).sum()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.item())


def loop_like(model: keras.Model, sizes: Mapping[str, int], width: int, depth: int) -> Loop:
    """The loop of a network with the weights that ours has now."""
    network = Network(sizes, width, depth)
    with torch.no_grad():
        for level in range(depth):
            kernel, recurrent, bias = model.get_layer(f"recurrent_{level + 1}").get_weights()
            _set(getattr(network.lstm, f"weight_ih_l{level}"), kernel.T)
            _set(getattr(network.lstm, f"weight_hh_l{level}"), recurrent.T)
            _set(getattr(network.lstm, f"bias_ih_l{level}"), bias)
            getattr(network.lstm, f"bias_hh_l{level}").zero_()
        for name, layer in {"dense": network.dense, **{f"next_{k}": head for k, head in network.heads.items()}}.items():
            kernel, bias = model.get_layer(name).get_weights()
            _set(layer.weight, kernel.T)
            _set(layer.bias, bias)
    return Loop(network)


def as_tensors(batch: Batch) -> tuple[Symbols, Symbols]:
    """Inputs and targets of one of our batches, in which every step counts."""
    assert batch.weights.all()
    inputs = {name: torch.from_numpy(symbols).long() for name, symbols in batch.inputs.items()}
    return inputs, {name: torch.from_numpy(symbols).long() for name, symbols in batch.targets.items()}


def use_one_thread() -> None:
    """Compute with one thread."""
    torch.set_num_threads(1)


def _set(parameter: torch.Tensor, values: np.ndarray) -> None:
    parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))
