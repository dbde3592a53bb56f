"""The ``scaling`` stage: the cells of data/alignment/pairs.csv become one law a (video, text) pair.

It writes the parameters as DVC metrics (JSON, numbers only) and scores beside the law's as a table for DVC plots.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from platoscope.errors import InputError
from platoscope.params import Params
from platoscope.project import Project
from platoscope.scaling.law import PARAMETERS, Law, NoLawError, fit_law, heldout_rmse
from platoscope.scaling.tables import Cell, read_pairs, write_csv, write_json

Layers = Literal["fixed", "per_cell"]
Pair = tuple[str, str]
HELD = {"frames": "n_c", "captions": "n_f"}  # the budget that does not vary, by the form of a reduced law
COLUMNS = ("video", "text", "n_f", "n_c", "score", "fixed_score", "law", "chance")


def run(params: Params, project: Project) -> str:
    """Write ``results/scaling.json`` and ``results/plots/scaling.csv``; gives the summary line."""
    return "scaling: " + scale(
        pairs_csv=project.alignment / "pairs.csv",
        out_json=project.results / "scaling.json",
        out_csv=project.results / "plots/scaling.csv",
        layers=params.scaling.layers,
    )


def scale(*, pairs_csv: Path, out_json: Path, out_csv: Path, layers: Layers = "fixed") -> str:
    """Fit the law to every pair of ``pairs_csv``, write ``out_json`` and ``out_csv``, and sum up in one line.

    ``layers`` says which scores: "fixed", those of the one pair of layers chosen at the largest budgets, or
    "per_cell", the maximum of every cell. A pair whose budgets determine no law is left out of the JSON, has an empty
    ``law`` column in the CSV, and is named in the line. ``heldout_rmse`` is the error at the largest budgets of a law
    that was fitted without them. Raises ``StoreError`` or ``DataError`` where the table is missing or wrong.
    """
    if layers not in ("fixed", "per_cell"):
        raise InputError(f"layers = {layers!r}: 'fixed' or 'per_cell' is needed")
    pairs = read_pairs(pairs_csv)
    laws: dict[Pair, Law] = {}
    metrics: dict[str, dict[str, dict[str, float]]] = {}
    without: list[str] = []
    for (video, text), cells in pairs.items():
        n_f, n_c = [cell.n_f for cell in cells], [cell.n_c for cell in cells]
        scores = [cell.fixed_score if layers == "fixed" else cell.score for cell in cells]
        try:
            law = laws[video, text] = fit_law(n_f, n_c, scores)
        except NoLawError as error:
            without.append(f"{video}:{text}: {error}")
            continue
        heldout = heldout_rmse(n_f, n_c, scores)
        extra = {} if heldout is None else {"heldout_rmse": heldout}
        metrics.setdefault(video, {})[text] = law.to_dict() | extra
    write_json(out_json, {"pairs": metrics})
    write_csv(out_csv, COLUMNS, _rows(pairs, laws))
    return _summary(laws, without)


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
