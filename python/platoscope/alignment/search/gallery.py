"""One layer made ready to be searched: from float32 `[sample, dim]` and a threshold to centred rows of the same shape.

Rows are clipped as they are gathered, brought to length 1, and less their mean; a large layer's are made again when
they are wanted, some at a time, so that beside the layer no array of its size is held. For a query u the neighbours by
<u, v> and by <u, v - m> are the same for every m, and with m the mean float32 keeps the digits in which candidates
differ: errors shrink with the radius, max |v - m|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from platoscope.alignment.blocks import blocks
from platoscope.alignment.clip.outliers import clip_at
from platoscope.alignment.search.ties import Floats, Ids, Places, Singles

_HELD = 1 << 22  # values of a layer whose centred rows are held
_BLOCK = 1 << 22  # values of centred rows made at a time else


@dataclass(frozen=True)
class Gallery:
    """A layer, and what every search of it needs.

    rows: float32 `[sample, dim]`, as given and never changed. limit: values are clipped to [-limit, limit] where it is
    not None. norms: float64 `[sample]`, the lengths of the clipped rows. mean: float64 `[dim]`, of the rows brought to
    length 1. bias: float32 `[sample]`, the inner products of the mean and the centred rows. radius: the largest length
    of those. held: all of them, float32 `[sample, dim]`, where they are few. threads: that a search of it may use, None
    for all.

    With u the rows of length 1, m their mean and c = u - m, cosines are
    <u_i, u_j> = <c_i, c_j> + <m, c_j> + <c_i, m> + <m, m>. The last two terms are the same for all candidates j of a
    query i, which rank by <c_i, c_j> + bias_j as they do by <u_i, c_j>.
    """

    rows: Singles
    limit: np.float32 | None
    norms: Floats
    mean: Floats
    bias: Singles
    radius: float
    held: Singles | None
    threads: int | None = None

    @classmethod
    def of(cls, rows: Singles, *, limit: np.float32 | None, name: str, threads: int | None = None) -> Gallery:
        """Measure the rows; raises InputError for one of length 0, by its number."""
        from platoscope import _native

        norms, mean = _native.measured_rows(rows, limit=limit, name=name, threads=threads)
        if rows.size <= _HELD:
            held, bias, radius = _native.centred_rows(rows, norms=norms, mean=mean, limit=limit, threads=threads)
            return cls(rows, limit, norms, mean, bias, radius, held, threads)
        bias, radius = np.empty(len(rows), np.float32), 0.0
        for part in blocks(len(rows), width=rows.shape[1], size=_BLOCK):
            few = rows[part], norms[part]
            _, bias[part], largest = _native.centred_rows(few[0], norms=few[1], mean=mean, limit=limit, threads=threads)
            radius = max(radius, largest)
        return cls(rows, limit, norms, mean, bias, radius, None, threads)

    def centred(self, samples: slice | Places, *, threads: int | None = None) -> Singles:
        """Give float32 `[row, dim]`, rows of length 1 less the mean; they may be a view of what is held."""
        if self.held is not None:
            return self.held[samples]
        from platoscope import _native

        rows, norms = self.rows[samples], self.norms[samples]
        threads = self.threads if threads is None else threads
        return _native.centred_rows(rows, norms=norms, mean=self.mean, limit=self.limit, threads=threads)[0]

    def parts(self) -> list[slice]:
        """Give the samples in blocks whose centred rows may be made at a time: one where all are held."""
        size = self.rows.size if self.held is not None else _BLOCK
        return list(blocks(len(self.rows), width=self.rows.shape[1], size=size))

    def units(self, samples: Places) -> Singles:
        """Give float32 `[query, dim]`: rows brought to length 1, a new array."""
        units = clip_at(self.rows[samples], self.limit)
        return np.divide(units, self.norms[samples, None], out=units, casting="same_kind")

    def cosines(self, left: Places, right: Ids) -> Floats:
        """Give the cosines of the pairs (left, right) of rows in float64, from the float32 values: `[pair]`."""
        from platoscope import _native

        pairs = left, right.astype(np.int64)
        return _native.cosines(self.rows, *pairs, norms=self.norms, limit=self.limit, threads=self.threads)
