"""Breed character models that invent pages of Python's manual: neither music nor pictures, and a file of one's own.

    evolve start --space invented_manuals.yaml --domain invented_manuals.py:evaluate

The model is that of Bengio et al. (2003), "A Neural Probabilistic Language Model", JMLR 3: the last characters,
embedded, through a hidden layer to the next one. It is trained for seconds on the help texts that come with Python.
"""

from pydoc_data.topics import topics

import numpy as np

TEXT = " ".join(" ".join(topics.values()).split())[:200_000]
LETTERS, WORDS = sorted(set(TEXT)), set(TEXT.split())
CODES = np.array([LETTERS.index(letter) for letter in TEXT])
BATCH, STEPS, LENGTH = 128, 1500, 400


def evaluate(hp, trial):
    """Train a model and have it write: `hp` reads the genes, `trial` takes the samples and hears how far it is."""
    context, width, embedding = hp.Int("context", 2, 10), hp.Int("width", 16, 128), hp.Int("embedding", 2, 16)
    rng = np.random.default_rng(trial.seed)
    shapes = [(len(LETTERS), embedding), (context * embedding, width), (1, width), (width, len(LETTERS))]
    weights = [rng.normal(0, 1 / np.sqrt(shape[0]), shape) for shape in shapes]
    means, squares = ([np.zeros(shape) for shape in shapes] for _ in "12")
    for step in range(1, STEPS + 1):
        at = rng.integers(context, len(CODES), BATCH)
        error, slopes = slopes_of(weights, CODES[at[:, None] - np.arange(context, 0, -1)], CODES[at])
        for weight, mean, square, slope in zip(weights, means, squares, slopes):  # Adam, Kingma & Ba (2015)
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            rate = hp.Float("rate", 1e-3, 3e-2) * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            weight -= rate * mean / (np.sqrt(square) + 1e-8)
        if step % 100 == 0:
            trial.report(epoch=step, of=STEPS, loss=float(error))
    for _ in range(3):
        page = written(weights, rng, context, hp.Float("temperature", 0.3, 1.2))
        trial.sample({"page": page}, facts={"real words": sum(word in WORDS for word in page.split())})


def slopes_of(weights, before, following):
    """The loss in nats a character, and its slope by each weight."""
    embedded = weights[0][before].reshape(BATCH, -1)
    hidden = np.tanh(embedded @ weights[1] + weights[2])
    chances = np.exp(hidden @ weights[3])
    chances /= chances.sum(1, keepdims=True)
    error = -np.log(chances[np.arange(BATCH), following]).mean()
    chances[np.arange(BATCH), following] -= 1
    back = (chances / BATCH) @ weights[3].T * (1 - hidden**2)
    table = np.zeros_like(weights[0])
    np.add.at(table, before, (back @ weights[1].T).reshape(*before.shape, -1))
    return error, [table, embedded.T @ back, back.sum(0, keepdims=True), hidden.T @ (chances / BATCH)]


def written(weights, rng, context, temperature):
    codes = list(CODES[:context])
    for _ in range(LENGTH):
        hidden = np.tanh(weights[0][codes[-context:]].reshape(1, -1) @ weights[1] + weights[2])
        codes.append(int(np.argmax((hidden @ weights[3])[0] / temperature + rng.gumbel(size=len(LETTERS)))))
    return "".join(LETTERS[code] for code in codes[context:])
