"""The ``scaling`` stage: the cells of data/alignment become one law a (video, text) pair, with its uncertainty.

It writes the parameters as DVC metrics (JSON, numbers only), scores beside the law's as a table for DVC plots, and the
document of laws. The law is fitted to one pair of layers, fixed at the largest budgets, unless params say per_cell:
the maximum of every cell favours small ones, whose many near-equal layers are chosen from by noise, and a curve through
different layers in every cell is not the curve of any of them. The other choice's fit stands beside it in the document.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from platoscope.alignment.scores import metric_named
from platoscope.data.samples import read_samples
from platoscope.errors import InputError, StoreError
from platoscope.params import Params
from platoscope.project import Project
from platoscope.scaling.document import entry, write_laws
from platoscope.scaling.fit import Fit, OfSamples, fit_points
from platoscope.scaling.law import Law, fit_law
from platoscope.scaling.points import HELD, PARAMETERS, NoLawError
from platoscope.scaling.rivals import heldout_rmse
from platoscope.scaling.tables import Cell, read_pairs, write_csv, write_json
from platoscope.store import PairLayers, read_alignment

Layers = Literal["fixed", "per_cell"]
Pair = tuple[str, str]
Found = TypeVar("Found")
OTHER: dict[Layers, Layers] = {"fixed": "per_cell", "per_cell": "fixed"}
COLUMNS = ("video", "text", "n_f", "n_c", "score", "fixed_score", "law", "chance")
PER_CELL = "the samples' scores are known of the fixed pair of layers, not of each cell's best"


def run(params: Params, project: Project) -> str:
    """Write ``results/scaling.json``, ``results/plots/scaling.csv``, ``data/scaling/laws.json``; gives the summary."""
    section = params.scaling
    pairs = read_pairs(project.alignment / "pairs.csv")
    known = {} if section.layers == "per_cell" else _of_samples(project.alignment, project.samples, pairs)

    def fit(pair: Pair, cells: Sequence[Cell]) -> Fit:
        return fit_points(
            *_columns(cells, section.layers),
            draws=section.draws,
            level=section.level,
            seed=section.seed,
            of_samples=known.get(pair),
            without=PER_CELL,
        )

    fits, without = _each(pairs, fit)
    entries = {
        f"{video}:{text}": _entry(fit, pairs[video, text], section.layers) for (video, text), fit in fits.items()
    }
    write_laws(project.laws, entries, without=without)
    laws = {pair: (fit.law, fit.heldout_rmse) for pair, fit in fits.items()}
    return "scaling: " + _write(pairs, laws, without, project.results / "scaling.json",
                                project.results / "plots/scaling.csv")  # fmt: skip


def scale(*, pairs_csv: Path, out_json: Path, out_csv: Path, layers: Layers = "fixed") -> str:
    """Fit the law to every pair of ``pairs_csv``, write ``out_json`` and ``out_csv``, and sum up in one line.

    ``layers`` says which scores: "fixed", those of the one pair of layers chosen at the largest budgets, or
    "per_cell", the maximum of every cell. A pair whose budgets determine no law is left out of the JSON, has an empty
    ``law`` column in the CSV, and is named in the line. ``heldout_rmse`` is the error at the largest budgets of a law
    that was fitted without them. Raises ``StoreError`` or ``DataError`` where the table is missing or wrong.
    """
    if layers not in OTHER:
        raise InputError(f"layers = {layers!r}: 'fixed' or 'per_cell' is needed")
    pairs = read_pairs(pairs_csv)

    def fit(_: Pair, cells: Sequence[Cell]) -> tuple[Law, float | None]:
        columns = _columns(cells, layers)
        return fit_law(*columns), heldout_rmse(*columns)

    laws, without = _each(pairs, fit)
    return _write(pairs, laws, without, out_json, out_csv)


def _each(
    pairs: Mapping[Pair, Sequence[Cell]], fit: Callable[[Pair, Sequence[Cell]], Found]
) -> tuple[dict[Pair, Found], dict[str, str]]:
    """Fit every pair; of those whose budgets determine no law the reason, by name."""
    found: dict[Pair, Found] = {}
    without: dict[str, str] = {}
    for pair, cells in pairs.items():
        try:
            found[pair] = fit(pair, cells)
        except NoLawError as error:
            without[":".join(pair)] = str(error)
    return found, without


def _columns(cells: Sequence[Cell], layers: Layers) -> tuple[list[int], list[int], list[float]]:
    """Give n_f, n_c and the scores that the law is fitted to."""
    scores = [cell.fixed_score if layers == "fixed" else cell.score for cell in cells]
    return [cell.n_f for cell in cells], [cell.n_c for cell in cells], scores


def _entry(fit: Fit, cells: Sequence[Cell], layers: Layers) -> dict[str, Any]:
    """Give a pair's entry of the document, with the point fit to the other choice of layers."""
    other = fit_law(*_columns(cells, OTHER[layers]))
    return entry(fit, chance=cells[0].chance, layers={"layers": layers, "other": other})


def _of_samples(alignment: Path, samples: Path, pairs: Mapping[Pair, Sequence[Cell]]) -> dict[Pair, OfSamples]:
    """Give every pair's scores [sample, point] of the fixed pair of layers, points in the order of its cells."""
    kept = read_samples(samples)
    found = {}
    for store in read_alignment(alignment):
        pair = (store.video, store.text)
        if pair not in pairs or store.n != len(kept.ids):
            raise StoreError(
                f"{alignment}: layers.zarr has {':'.join(pair)} of {store.n} samples, {samples.name} {len(kept.ids)}, "
                f"pairs.csv {'has' if pair in pairs else 'lacks'} it: run `dvc repro`"
            )
        found[pair] = OfSamples(_of_cells(store, pairs[pair]), kept.sources)
    if missing := [":".join(pair) for pair in pairs if pair not in found]:
        raise StoreError(f"{alignment}: layers.zarr lacks {', '.join(missing)}, which pairs.csv has: run `dvc repro`")
    return found


def _of_cells(store: PairLayers, cells: Sequence[Cell]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Turn counts [n_f, n_c, sample] into scores [sample, point]."""
    budgets = [(n_f, n_c) for n_f in store.frames for n_c in store.captions]
    if budgets != [(cell.n_f, cell.n_c) for cell in cells]:
        raise StoreError(
            f"{store.video}:{store.text} has other budgets in layers.zarr than in pairs.csv: run `dvc repro`"
        )
    score = metric_named(store.metric).score(store.count.astype(np.float64), store.k)
    return np.ascontiguousarray(score.reshape(len(budgets), store.n).T)


def _write(
    pairs: Mapping[Pair, Sequence[Cell]],
    laws: Mapping[Pair, tuple[Law, float | None]],
    without: Mapping[str, str],
    out_json: Path,
    out_csv: Path,
) -> str:
    """Write metrics and table, and sum up."""
    metrics: dict[str, dict[str, dict[str, float]]] = {}
    for (video, text), (law, heldout) in laws.items():
        extra = {} if heldout is None else {"heldout_rmse": heldout}
        metrics.setdefault(video, {})[text] = law.to_dict() | extra
    write_json(out_json, {"pairs": metrics})
    write_csv(out_csv, COLUMNS, _rows(pairs, {pair: law for pair, (law, _) in laws.items()}))
    return _summary({pair: law for pair, (law, _) in laws.items()}, [f"{name}: {why}" for name, why in without.items()])


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
