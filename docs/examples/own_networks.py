"""Networks of your own for the music domain, each a `build(hp, streams)`: copy one and change it."""

import keras


def _read(hp, streams):
    """Inputs by stream, and what they have at each step, embedded and joined."""
    inputs = streams.inputs()
    width = hp.Int("embedding", 4, 16, default=8)
    embedded = [keras.layers.Embedding(size, width)(inputs[name]) for name, size in streams.read.items()]
    return inputs, keras.layers.Concatenate()(embedded) if len(embedded) > 1 else embedded[0]


def _network(inputs, steps, streams):
    return keras.Model(inputs, {name: keras.layers.Dense(size)(steps) for name, size in streams.predicted.items()})


def plain(hp, streams):
    """An LSTM, whose state is carried."""
    inputs, steps = _read(hp, streams)
    for _ in range(hp.Int("depth", 1, 2)):
        steps = keras.layers.LSTM(24, return_sequences=True)(steps)
    return _network(inputs, keras.layers.Dropout(0.1)(steps), streams)


def attention(hp, streams):
    """Attention over an LSTM, compiled by its own build."""
    inputs, steps = _read(hp, streams)
    steps = keras.layers.LSTM(24, return_sequences=True)(steps)
    seen = keras.layers.Attention()([steps, steps], use_causal_mask=True)
    model = _network(inputs, keras.layers.Concatenate()([steps, seen]), streams)
    model.compile(optimizer=keras.optimizers.RMSprop(hp.Float("rate", 1e-3, 1e-1, default=0.02, sampling="log")))
    return model


def convolution(hp, streams):
    """Causal convolutions, wider and wider apart, and probabilities rather than logits in a list."""
    inputs, steps = _read(hp, streams)
    for level in range(hp.Int("levels", 1, 3, default=2)):
        width = hp.Int(f"filters_{level}", 8, 32, step=8, default=24)
        steps = keras.layers.Conv1D(width, 3, padding="causal", dilation_rate=2**level, activation="relu")(steps)
    sizes = streams.predicted.values()
    return keras.Model(inputs, [keras.layers.Dense(size, activation="softmax")(steps) for size in sizes])


@keras.saving.register_keras_serializable(package="my_networks")
class Positions(keras.layers.Layer):
    """Adds a vector of its own to each step."""

    def __init__(self, steps, **kwargs):
        super().__init__(**kwargs)
        self.steps = steps

    def build(self, shape):
        self.table = self.add_weight(shape=(self.steps, shape[-1]), initializer="uniform", name="table")

    def compute_output_shape(self, shape):
        return shape

    def call(self, values):
        return values + self.table[: keras.ops.shape(values)[1]]

    def get_config(self):
        return {**super().get_config(), "steps": self.steps}


class Block(keras.layers.Layer):
    """A Transformer's block."""

    def __init__(self, width, heads, **kwargs):
        super().__init__(**kwargs)
        self.width, self.heads = width, heads
        self.attention = keras.layers.MultiHeadAttention(heads, width // heads)
        self.within, self.after = keras.layers.LayerNormalization(), keras.layers.LayerNormalization()
        self.wide, self.narrow = keras.layers.Dense(2 * width, "gelu"), keras.layers.Dense(width)

    def build(self, shape):
        self.attention.build(shape, shape)
        self.within.build(shape)
        self.after.build(shape)
        self.wide.build(shape)
        self.narrow.build((*shape[:-1], 2 * self.width))

    def call(self, values):
        normal = self.within(values)
        values = values + self.attention(normal, normal, use_causal_mask=True)
        return values + self.narrow(self.wide(self.after(values)))

    def get_config(self):
        return {**super().get_config(), "width": self.width, "heads": self.heads}


def transformer(hp, streams):
    """Blocks of a Transformer, or a GRU alone."""
    inputs, steps = _read(hp, streams)
    kind = hp.Choice("kind", ["blocks", "gru"])
    with hp.conditional_scope("kind", ["blocks"]):
        blocks = hp.Int("blocks", 1, 2)
    with hp.conditional_scope("kind", ["gru"]):
        units = hp.Int("units", 8, 64, sampling="log")
    hp.Float("learning_rate", 1e-3, 1e-1, sampling="log", default=0.01)
    if kind == "gru":
        return _network(inputs, keras.layers.GRU(units, return_sequences=True)(steps), streams)
    steps = Positions(streams.steps)(keras.layers.Dense(32)(steps))
    for _ in range(blocks):
        steps = Block(32, 2)(steps)
    return _network(inputs, steps, streams)
