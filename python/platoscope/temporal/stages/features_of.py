"""Step features of a store, read out and subtracted: differences float64 ``[pair, dim]``, a layer at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from platoscope.store import TemporalStore
from platoscope.temporal.readouts import differences, readout

Floats = NDArray[np.float64]


def readouts_of(store: TemporalStore) -> list[str]:
    """The readouts that an encoder has: a bag of what it sees alone, an order of steps, its own mean over a clip."""
    named = ["bag"] if store.has_alone else []
    named += ["moment", "concat"] if store.n_steps > 1 else []
    return named if store.sees_frames else [*named, "native"]


def features(store: TemporalStore, layer: int, variant: str, *, name: str, rows: NDArray[np.int64]) -> Floats:
    """Features of some samples by a readout, float64 [pair, dim]."""
    steps = store.alone(layer, variant) if name == "bag" else store.steps(layer, variant)
    return readout(steps[rows], name)


def layer_differences(
    store: TemporalStore, variants: tuple[str, str], *, name: str, rows: NDArray[np.int64]
) -> Iterator[Floats]:
    """Differences of two variants of some samples by a readout, a layer at a time, float64 [pair, dim]."""
    for layer in range(len(store.layers)):
        one, other = (features(store, layer, variant, name=name, rows=rows) for variant in variants)
        yield differences(one, other)


def static_differences(store: TemporalStore, *, name: str, rows: NDArray[np.int64]) -> Iterator[Floats]:
    """A still clip less its own steps read backwards: nothing, unless steps carry their positions."""
    for layer in range(len(store.layers)):
        steps = store.steps(layer, "static")[rows]
        yield differences(readout(steps, name), readout(steps[:, ::-1], name))
