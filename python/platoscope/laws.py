"""``platoscope fit`` and ``platoscope predict``: a table becomes a document of laws, a document becomes answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from platoscope.errors import InputError
from platoscope.scaling.document import choose_law, entry, read_laws, write_laws
from platoscope.scaling.fit import fit_points
from platoscope.scaling.points import NoLawError
from platoscope.scaling.points_table import read_points
from platoscope.scaling.predictions import KnownLaw, OutOfReachError, Prediction
from platoscope.scratch import write_file

NAMES = ("s_inf", "c_f", "c_c", "alpha", "beta")


def fit_table(
    table: Path, *, group: str | None, json: Path, plot: Path | None, draws: int, level: float, seed: int
) -> str:
    """Fit the law to every group of a table, write the document and the picture; gives the summary for people.

    A group whose budgets determine no law is named and passed over; ``NoLawError`` where that is so of all.
    """
    laws: dict[str, dict[str, Any]] = {}
    without: dict[str, str] = {}
    for name, points in read_points(table, group=group).items():
        try:
            fit = fit_points(points.n_f, points.n_c, points.score, draws=draws, level=level, seed=seed)
        except NoLawError as error:
            without[name] = str(error)
        else:
            laws[name] = entry(fit)
    if not laws:
        raise NoLawError(f"{table}: " + "; ".join(f"{name}: {reason}" for name, reason in without.items()))
    write_laws(json, laws, without=without)
    if plot is not None:
        from platoscope.report.law_pictures import draw_laws

        write_file(plot, draw_laws(laws))
    return "\n\n".join([*(_summary(name, law) for name, law in laws.items()), *map(": ".join, without.items())])


def answers(
    path: Path,
    *,
    group: str | None,
    at: Sequence[str],
    target: Sequence[float],
    total: Sequence[float],
    frame_cost: float,
    caption_cost: float,
) -> str:
    """Answer from a document of laws: scores at budgets ("16,10"), the cheapest of each target, the best split of each.

    A target that is out of reach is an answer; an ``InputError`` where nothing is asked.
    """
    chosen = choose_law(read_laws(path), group, path=path)
    law = KnownLaw.of(chosen)
    if not (at or target or total):
        raise InputError("nothing is asked: --at 16,10, --target 0.35 or --total 100")
    said = [_line("", law.at(*_budget(text)), law.level) for text in at]
    said += [_cheapest(law, score, frame_cost=frame_cost, caption_cost=caption_cost) for score in target]
    for most in total:
        best = law.split(most, frame_cost=frame_cost, caption_cost=caption_cost)
        said.append(_line(f"best for {most:g}: ", best, law.level))
    if law.bootstrap is None and chosen["intervals"].get("bootstrap") is not None:
        said.append("no intervals: the document keeps no draws of this pair (report.pairs names those that it does)")
    return "\n".join(said)


def _cheapest(law: KnownLaw, target: float, *, frame_cost: float, caption_cost: float) -> str:
    """Say which budget reaches a target, or that none does."""
    try:
        cheapest = law.cheapest(target, frame_cost=frame_cost, caption_cost=caption_cost)
    except OutOfReachError as error:
        return str(error)
    return _line(f"cheapest for {target:g}: ", cheapest, law.level)


def _budget(text: str) -> tuple[float, float]:
    """Read "n_f,n_c"."""
    try:
        n_f, n_c = map(float, text.split(","))
    except ValueError as error:
        raise InputError(f"--at {text!r}: two numbers n_f,n_c are needed, such as 16,10") from error
    return n_f, n_c


def _line(head: str, answer: Prediction, level: float) -> str:
    """Write one answer: its budget, score and interval, what it costs, and that it is an extrapolation."""
    text = f"{head}n_f {answer.n_f:g}, n_c {answer.n_c:g}: {answer.score:.4f}"
    if answer.interval is not None:
        text += f" ({100 * level:g} %: {answer.interval[0]:.4f} to {answer.interval[1]:.4f})"
    if answer.cost is not None:
        text += f", cost {answer.cost:g}"
    return text + (f"; extrapolation: {answer.outside}" if answer.outside else "")


def _summary(name: str, law: dict[str, Any]) -> str:
    """Write what a law's entry says."""
    intervals = law["intervals"]
    found, r2 = law["convergence"], f", R2 {law['r2']:.4f}" if "r2" in law else ""
    lines = [
        f"{name}: {law['n_points']} points{r2}, rmse {law['rmse']:.4f}, residuals up to {law['max_residual']:.4f}; "
        f"{found['agreeing']} of {found['starts']} searches agree, gradient {found['gradient']:.0e}"
    ]
    for parameter in NAMES:
        if parameter in law["parameters"]:
            ends = intervals["parameters"].get(parameter)
            within = f"  {ends[0]:.4f} to {ends[1]:.4f}" if ends else ""
            lines.append(f"  {parameter:6} {law['parameters'][parameter]:.4f}{within}")
    lines.append(f"  {100 * intervals['level']:g} % intervals: {intervals['from']}")
    lines += [f"  beware: {flag}" for flag in law["flags"]]
    return "\n".join([*lines, f"  rivals: {law['rivals']['words']}"])
