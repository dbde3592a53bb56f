"""One layer made ready to be searched: from float32 `[sample, dim]` and a threshold to centred rows of the same shape.

Rows are clipped as they are gathered, so that besides the layer itself one array of its size is held: the rows
brought to length 1 less their mean. For a query u the neighbours by <u, v> and by <u, v - m> are the same for every m,
and with m the mean float32 keeps the digits in which candidates differ: errors shrink with the radius, max |v - m|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from platoscope.alignment.clip.outliers import clip_at
from platoscope.alignment.search.ties import Floats, Ids, Places, Singles


@dataclass(frozen=True)
class Gallery:
    """A layer, and what every search of it needs.

    rows: float32 `[sample, dim]`, as given and never changed. limit: values are clipped to [-limit, limit] where it is
    not None. norms: float64 `[sample]`, the lengths of the clipped rows. centred: float32 `[sample, dim]`, the rows of
    length 1 less their mean. bias: float32 `[sample]`, the inner products of the mean and `centred`. radius: the
    largest length in `centred`.

    With u the rows of length 1, m their mean and c = u - m, cosines are
    <u_i, u_j> = <c_i, c_j> + <m, c_j> + <c_i, m> + <m, m>. The last two terms are the same for all candidates j of a
    query i, which rank by <c_i, c_j> + bias_j as they do by <u_i, c_j>.
    """

    rows: Singles
    limit: np.float32 | None
    norms: Floats
    centred: Singles
    bias: Singles
    radius: float

    @classmethod
    def of(cls, rows: Singles, *, limit: np.float32 | None, name: str) -> Gallery:
        """Measure the rows; raises InputError for one of length 0, by its number."""
        from platoscope import _native

        norms, centred, bias, radius = _native.centred_rows(rows, limit=limit, name=name)
        return cls(rows, limit, norms, centred, bias, radius)

    def units(self, samples: Places) -> Singles:
        """Give float32 `[query, dim]`: rows brought to length 1, a new array."""
        units = clip_at(self.rows[samples], self.limit)
        return np.divide(units, self.norms[samples, None], out=units, casting="same_kind")

    def cosines(self, left: Places, right: Ids) -> Floats:
        """Give the cosines of the pairs (left, right) of rows in float64, from the float32 values: `[pair]`."""
        from platoscope import _native

        return _native.cosines(self.rows, left, right.astype(np.int64), norms=self.norms, limit=self.limit)
