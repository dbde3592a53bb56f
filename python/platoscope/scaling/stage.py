"""The ``scaling`` stage: the cells of data/alignment become one law a (video, text) pair, with its uncertainty.

It writes the parameters as DVC metrics (JSON, numbers only), scores beside the law's as a table for DVC plots, and the
document of laws. The law is fitted to one pair of layers, fixed at the largest budgets, unless params say per_cell:
the maximum of every cell favours small ones, whose many near-equal layers are chosen from by noise, and a curve through
different layers in every cell is not the curve of any of them. The other choice's fit stands beside it in the document.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from platoscope.alignment.scores import metric_named
from platoscope.data.samples import samples_of
from platoscope.errors import InputError, StoreError, WorkerError
from platoscope.parallel import Crash, Pool, worker_count
from platoscope.params import Params, ScalingParams
from platoscope.project import Project
from platoscope.scaling.document import entry, write_laws
from platoscope.scaling.fit import OfSamples, fit_points
from platoscope.scaling.law import Law, fit_law
from platoscope.scaling.points import HELD, PARAMETERS, NoLawError
from platoscope.scaling.tables import Cell, read_pairs, write_csv, write_json
from platoscope.store import PairLayers, read_alignment

Layers = Literal["fixed", "per_cell"]
Pair = tuple[str, str]
OTHER: dict[Layers, Layers] = {"fixed": "per_cell", "per_cell": "fixed"}
COLUMNS = ("video", "text", "n_f", "n_c", "score", "fixed_score", "law", "chance")
MANY, BATCH, LIMIT_S = 8, 64, 600.0  # pairs for which workers are started, pairs at a time, seconds for one
FEW = 100  # draws for pairs that DVC does not track, of which there may be thousands
PER_CELL = "the samples' scores are known of the fixed pair of layers, not of each cell's best"


@dataclass(frozen=True)
class _Found:
    """A pair's law, its error at the largest budgets without them, and its entry of the document."""

    law: Law
    heldout: float | None
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class _Job:
    """What a pair is fitted to."""

    pair: Pair
    cells: Sequence[Cell]
    of_samples: OfSamples | None
    section: ScalingParams
    tracked: bool


def run(params: Params, project: Project) -> str:
    """Write ``results/scaling.json``, ``results/plots/scaling.csv``, ``data/scaling/laws.json``; gives the summary.

    The JSON has the pairs that ``params.tracked``, and so have the draws in the document; laws are there of all.
    """
    pairs = read_pairs(project.alignment / "pairs.csv")
    jobs = (
        _Job(pair, pairs[pair], of_samples, params.scaling, params.tracked(*pair))
        for pair, of_samples in _each(params, project, pairs)
    )
    fitted = dict(_fitted(jobs, many=len(pairs) >= MANY))
    without = {":".join(pair): one for pair, one in fitted.items() if isinstance(one, str)}
    found = {pair: one for pair in pairs if isinstance(one := fitted[pair], _Found)}
    write_laws(project.laws, {":".join(pair): one.entry for pair, one in found.items()}, without=without)
    tracked = {pair: one for pair, one in found.items() if params.tracked(*pair)}
    write_json(project.results / "scaling.json", {"pairs": _metrics(tracked)})
    laws = {pair: one.law for pair, one in found.items()}
    write_csv(project.results / "plots" / "scaling.csv", COLUMNS, _rows(pairs, laws))
    return "scaling: " + _summary(laws, [f"{name}: {why}" for name, why in without.items()])


def _fitted(jobs: Iterator[_Job], *, many: bool) -> Iterator[tuple[Pair, _Found | str]]:
    """Fit one pair after the other, or where there are many some at a time by all workers."""
    if not many:
        yield from ((job.pair, _fit(job)) for job in jobs)
        return
    with Pool(workers=worker_count(), limit_s=LIMIT_S) as pool:
        while batch := list(islice(jobs, BATCH)):
            for job, one in zip(batch, pool.map(_fit, batch), strict=True):
                if isinstance(one, Crash):
                    raise WorkerError(f"{':'.join(job.pair)}: the fit {one.reason}")
                yield job.pair, one


def _fit(job: _Job) -> _Found | str:
    """Fit one pair; where there is no law, why."""
    try:
        return _found(job.cells, job.of_samples, job.section, tracked=job.tracked)
    except NoLawError as error:
        return str(error)
    except InputError as error:
        raise type(error)(f"{':'.join(job.pair)}: {error}") from error


def _found(cells: Sequence[Cell], of_samples: OfSamples | None, section: ScalingParams, *, tracked: bool) -> _Found:
    """Fit one pair, to either choice of layers."""
    fit = fit_points(
        *_columns(cells, section.layers),
        draws=section.draws if tracked else min(section.draws, FEW),
        level=section.level,
        seed=section.seed,
        of_samples=of_samples,
        without=PER_CELL,
    )
    layers = {"layers": section.layers, "other": fit_law(*_columns(cells, OTHER[section.layers]))}
    kept = entry(fit, chance=cells[0].chance, layers=layers, draws="kept" if tracked else "dropped")
    return _Found(fit.law, fit.heldout_rmse, kept)


def _each(
    params: Params, project: Project, pairs: Mapping[Pair, Sequence[Cell]]
) -> Iterator[tuple[Pair, OfSamples | None]]:
    """Give one pair after the other, with its samples' scores where they are of the layers that are fitted."""
    if params.scaling.layers == "per_cell":
        yield from ((pair, None) for pair in pairs)
    else:
        yield from _of_samples(project.alignment, project.samples, pairs, by_source=params.statistics.by_source)


def _columns(cells: Sequence[Cell], layers: Layers) -> tuple[list[int], list[int], list[float]]:
    """Give n_f, n_c and the scores that the law is fitted to."""
    scores = [cell.fixed_score if layers == "fixed" else cell.score for cell in cells]
    return [cell.n_f for cell in cells], [cell.n_c for cell in cells], scores


def _of_samples(
    alignment: Path, samples: Path, pairs: Mapping[Pair, Sequence[Cell]], *, by_source: bool
) -> Iterator[tuple[Pair, OfSamples]]:
    """Give every pair's scores [sample, point] of the fixed pair of layers, points in the order of its cells."""
    sources: Sequence[str | None] = ()
    seen: set[Pair] = set()
    for store in read_alignment(alignment):
        pair = (store.video, store.text)
        if pair not in pairs:
            raise StoreError(f"{alignment}: layers.zarr has {':'.join(pair)}, pairs.csv lacks it: run `dvc repro`")
        if not seen:
            kept = samples_of(samples, digest=store.samples, store=alignment / "layers.zarr")
            sources = kept.sources if by_source else [None] * len(kept.ids)
        seen.add(pair)
        yield pair, OfSamples(_of_cells(store, pairs[pair]), sources)
    if missing := [":".join(pair) for pair in pairs if pair not in seen]:
        raise StoreError(f"{alignment}: layers.zarr lacks {', '.join(missing)}, which pairs.csv has: run `dvc repro`")


def _of_cells(store: PairLayers, cells: Sequence[Cell]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Turn counts [n_f, n_c, sample] into scores [sample, point]."""
    budgets = [(n_f, n_c) for n_f in store.frames for n_c in store.captions]
    if budgets != [(cell.n_f, cell.n_c) for cell in cells]:
        raise StoreError(
            f"{store.video}:{store.text} has other budgets in layers.zarr than in pairs.csv: run `dvc repro`"
        )
    score = metric_named(store.metric).score(store.count.astype(np.float64), store.k)
    return np.ascontiguousarray(score.reshape(len(budgets), store.n).T)


def _metrics(found: Mapping[Pair, _Found]) -> dict[str, dict[str, dict[str, float]]]:
    """Give the numbers that DVC tracks, by video and text encoder."""
    metrics: dict[str, dict[str, dict[str, float]]] = {}
    for (video, text), one in found.items():
        extra = {} if one.heldout is None else {"heldout_rmse": one.heldout}
        metrics.setdefault(video, {})[text] = one.law.to_dict() | extra
    return metrics


def _rows(pairs: Mapping[Pair, Sequence[Cell]], laws: Mapping[Pair, Law]) -> list[tuple[object, ...]]:
    """List every cell with the law's score, ``None`` where there is no law."""
    rows: list[tuple[object, ...]] = []
    for pair, cells in pairs.items():
        law = laws.get(pair)
        for cell in cells:
            fitted = None if law is None else float(law.predict(cell.n_f, cell.n_c))
            rows.append((*pair, cell.n_f, cell.n_c, cell.score, cell.fixed_score, fitted, cell.chance))
    return rows


def _summary(laws: Mapping[Pair, Law], without: Sequence[str]) -> str:
    """Say in one line how many laws there are, how well they fit, which are reduced and what to be careful about."""
    parts = [f"{len(laws)} {'law' if len(laws) == 1 else 'laws'} fitted"]
    if laws:
        parts[0] += f", rmse at most {max(law.rmse for law in laws.values()):.4f}"
    reduced: dict[str, list[str]] = {}
    for (video, text), law in laws.items():
        if law.form in HELD:
            words = f"law of {law.form} alone ({HELD[law.form]} = {law.held:g})"
            reduced.setdefault(words, []).append(f"{video}:{text}")
    parts += [f"{words}: {', '.join(names)}" for words, names in reduced.items()]
    for (video, text), law in laws.items():
        doubts = [f"{name} at its bound" for name in law.at_bound] + [f"{name} weak" for name in law.weak]
        doubts += ["as many cells as parameters"] * (law.n_points == PARAMETERS[law.form])
        doubts += [] if law.converged else [f"starts disagree ({law.agreeing} of {law.starts})"]
        if doubts:
            parts.append(f"{video}:{text}: {', '.join(doubts)}")
    return "; ".join([*parts, *without])
