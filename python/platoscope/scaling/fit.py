"""One group of scores becomes all that is said about its law: the engine of ``platoscope fit`` and of the stage.

Scores [point] at budgets [point], and where they are known the scores of every sample [sample, point], become a
``Fit``: the law, intervals, what the grid can pin, rivals, doubts in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from platoscope.errors import InputError
from platoscope.scaling.intervals import Bootstrap, bootstrap_residuals, bootstrap_videos, parameter_intervals
from platoscope.scaling.law import Law, fit_law
from platoscope.scaling.points import EXPONENTS, Array, Cells, cells_of, check_points
from platoscope.scaling.profiles import Profile, profile_intervals
from platoscope.scaling.rivals import Rival, compare_laws
from platoscope.scaling.words import flags, interval_words, not_pinned

NO_SAMPLES = "the scores of single samples are not known"
ONE_SOURCE = "all samples are of one source, beside which none can be drawn (statistics.by_source: false parts them)"
MATCH = 1e-9  # between a score and the mean of its samples', which rounding alone may part


@dataclass(frozen=True)
class OfSamples:
    """The score of every sample in every cell, float64 [sample, point], and the source of each (``None``: its own)."""

    score: Array
    sources: Sequence[str | None]


@dataclass(frozen=True)
class Fit:
    """All about one law: ``cells`` and ``scores`` [point] are sorted by budgets, as ``law.residuals`` are.

    ``intervals`` are those of ``bootstrap`` at ``level``, empty without one; ``intervals_from`` says in words what was
    drawn; ``profiles`` what the grid can pin; ``rivals`` begins with the law itself; ``flags`` are doubts in words, and
    ``not_pinned`` the parameters that they are about.
    """

    cells: Cells
    scores: Array
    law: Law
    level: float
    bootstrap: Bootstrap | None
    intervals: Mapping[str, tuple[float, float]]
    intervals_from: str
    profiles: Mapping[str, Profile]
    rivals: list[Rival]
    flags: list[str]
    not_pinned: list[str]

    @property
    def heldout_rmse(self) -> float | None:
        """The law's error at the largest budgets, fitted without them."""
        return self.rivals[0].heldout_rmse


def fit_points(
    n_f: ArrayLike,
    n_c: ArrayLike,
    score: ArrayLike,
    *,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    of_samples: OfSamples | None = None,
    without: str = NO_SAMPLES,
) -> Fit:
    """Fit the law to scores [point] and find out how well it is known.

    The bootstrap is over videos where ``of_samples`` gives the score of each, else over residuals; ``without`` says in
    words why not. It is over residuals, too, where all samples are of one source, and then that is said. Equal bytes
    come of equal points in any order, by any number of threads.

    Raises
    ------
    NoLawError, InputError
        As ``fit_law``; further where ``draws`` or ``level`` is out of range, or the samples' mean scores are others.
    """
    _check(draws, level)
    frames, captions, scores = check_points(n_f, n_c, score)
    order = np.lexsort((scores, captions, frames))
    cells, scores = cells_of(frames[order], captions[order]), scores[order]
    law = fit_law(cells.frames, cells.captions, scores)
    if of_samples is not None:
        of_samples = replace(of_samples, score=_of_cells(of_samples, scores, order))
        if _one_source(of_samples.sources):
            of_samples, without = None, ONE_SOURCE
    bootstrap = _bootstrap(cells, law, scores, of_samples, draws=draws, seed=seed)
    profiles = profile_intervals(cells, scores, level=level, exponents=EXPONENTS)
    return Fit(
        cells=cells,
        scores=scores,
        law=law,
        level=level,
        bootstrap=bootstrap,
        intervals={} if bootstrap is None else parameter_intervals(bootstrap, law, level=level),
        intervals_from=interval_words(bootstrap, () if of_samples is None else of_samples.sources, why=without),
        profiles=profiles,
        rivals=compare_laws(cells.frames, cells.captions, scores),
        flags=flags(law, profiles),
        not_pinned=not_pinned(law, profiles),
    )


def _bootstrap(
    cells: Cells, law: Law, scores: Array, of_samples: OfSamples | None, *, draws: int, seed: int
) -> Bootstrap | None:
    """Draw videos where the samples' scores are known, else residuals where there are any."""
    if of_samples is None:
        return bootstrap_residuals(cells, law, scores, draws=draws, seed=seed)
    return bootstrap_videos(cells, of_samples.score, of_samples.sources, draws=draws, seed=seed)


def _check(draws: int, level: float) -> None:
    if draws < 100:
        raise InputError(f"draws = {draws}: at least 100 are needed to tell the ends of an interval")
    if not 0.0 < level < 1.0:
        raise InputError(f"level = {level}: a share between 0 and 1 is needed")


def _one_source(sources: Sequence[str | None]) -> bool:
    """Whether there is but one source, or but one sample; one without a source is a source of its own."""
    return len({source for source in sources if source is not None}) + list(sources).count(None) == 1


def _of_cells(of: OfSamples, scores: Array, order: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Array:
    """Bring the samples' scores [sample, point] into the order of the cells, and hold them against the cells'."""
    needed = (len(of.sources), len(scores))
    if of.score.shape != needed or not needed[0]:
        raise InputError(f"the samples' scores are {of.score.shape}: [sample, point] = {needed} is needed, of samples")
    ordered = np.asarray(of.score, dtype=np.float64)[:, order]
    apart = float(np.max(np.abs(ordered.mean(axis=0) - scores)))
    if apart > MATCH:
        raise InputError(
            f"the samples' scores average to others than the cells', {apart:.3g} apart: same pair, same k?"
        )
    return ordered
