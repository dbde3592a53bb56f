"""Whether clips are more like their captions forwards than backwards: a difference of alignments, with its exact null.

Features of clips, of the same clips reversed and of texts, lists of layers `[sample, dim]`, become mutual k-NN of both
with the texts; which of the two is forward is drawn anew by source for the null. The same serves captions in right and
in wrong order against clips, by changing the sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import overlap_matrix, sample_scores
from platoscope.alignment.clip.clipping import clip_of_layers
from platoscope.alignment.clip.outliers import limit_of
from platoscope.alignment.layers import checked_layers, tables_of
from platoscope.alignment.scores import best_layers
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError
from platoscope.temporal.folds import source_numbers
from platoscope.temporal.odd import cosines_of, nearest_of
from platoscope.temporal.sign_flips import sign_vectors, two_sided

if TYPE_CHECKING:
    from typing import TypeAlias

    from platoscope.alignment.layers import Layers
    from platoscope.temporal.folds import Sources

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class DirectionGap:
    """Alignment of clips forward with texts less that of clips backward, at the pair of layers best for both together.

    gap: forward less backward, at `layers`. p: two-sided, of clips that change places by source. values: float64
    `[sample]`, the difference of each query, whose mean is the gap. between: mutual k-NN of forward and backward clips.
    A space whose odd parts are orthogonal to its even parts has the same neighbours forwards and backwards, and so no
    gap, whatever it knows: `odd.odd_alignment` sees that.
    """

    gap: float
    forward: float
    backward: float
    between: float
    p: float
    layers: tuple[int, int]
    values: Floats


def direction_gap(
    forward: Layers,
    backward: Layers,
    text: Layers,
    *,
    k: int = 10,
    sources: Sources | None = None,
    flips: int = 199,
    clip: str = "per_layer",
    quantile: float = 0.95,
    seed: int = 0,
) -> DirectionGap:
    """Compare alignment(forward, text) with alignment(backward, text) on the same samples.

    For the null a source's clips are all taken forward or all backward into the one set, and the other way round into
    the other; neighbours are found anew and layers chosen anew. Outliers are clipped at one threshold for both.
    Flipping the signs of the queries' differences would keep neighbours that have changed: it finds too much.

    Raises InputError for layers of other samples and what `nearest` refuses.
    """
    one, other, texts = (
        checked_layers(layers, name=name)
        for layers, name in ((forward, "forward"), (backward, "backward"), (text, "text"))
    )
    shapes = [[layer.shape for layer in layers] for layers in (one, other)]
    if shapes[0] != shapes[1] or len(texts[0]) != len(one[0]):
        raise InputError("forward, backward and text must be of the same samples, forward and backward of equal layers")
    numbers = source_numbers(sources, samples=len(one[0]))
    vectors = sign_vectors(np.ones(len(numbers)), numbers, flips=flips, seed=seed)

    of_text = tables_of(texts, name="text", salt=salt_of("text"), k=k, clip=clip, quantile=quantile)
    both = [np.concatenate(pair) for pair in zip(one, other, strict=True)]  # clipped alike, forward and backward
    rule = clip_of_layers(both, clip=clip, quantile=quantile)
    cosines = [cosines_of(layer, limit_of(layer, rule, name="video")) for layer in both]
    null, found = np.empty(flips), None
    for flip in range(1 + flips):
        kept = vectors[:, flip] > 0
        shown = [np.stack([_nearest(cosine, side, k=k) for cosine in cosines]) for side in (kept, ~kept)]
        matrices = [overlap_matrix(table, of_text) for table in shown]
        best = best_layers(matrices[0] + matrices[1])
        if flip == 0:
            found = shown, matrices, best
        else:
            null[flip - 1] = matrices[0][best] - matrices[1][best]
    assert found is not None
    shown, matrices, best = found
    layer, of = best
    told = [sample_scores(table[layer], of_text[of], metric="mutual_knn", k=k) for table in shown]
    gap = float(matrices[0][best] - matrices[1][best])
    return DirectionGap(
        gap=gap,
        forward=float(matrices[0][best]),
        backward=float(matrices[1][best]),
        between=float(overlap_matrix(shown[0][layer : layer + 1], shown[1][layer : layer + 1])[0, 0]),
        p=two_sided(gap, null, centre=0.0),
        layers=best,
        values=told[0] - told[1],
    )


def _nearest(cosines: Floats, forward: NDArray[np.bool_], *, k: int) -> NDArray[np.int32]:
    """Give the k nearest others among clips of which some are taken forward, the others backward: `[sample, k]`.

    cosines: `[2 sample, 2 sample]`, forward clips before backward ones.
    """
    n = len(forward)
    rows = np.where(forward, 0, n) + np.arange(n)
    return nearest_of(cosines[np.ix_(rows, rows)], np.ones(n), k=k)
