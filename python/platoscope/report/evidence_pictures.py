"""Pictures of what to believe, for the page: which pairs, cells and lines are drawn, and the words for each picture."""

from collections.abc import Sequence

from platoscope.reference_data import vatex_points
from platoscope.report.evidence import Cell, Evidence, Point
from platoscope.report.facts import Pair, best_pair, pairs_in_headline, pairs_pictured
from platoscope.report.forest import Line as Row
from platoscope.report.forest import end_of, plot_evidence
from platoscope.report.galleries import Line, colour_of, plot_gallery
from platoscope.report.look import Picture, render_svg
from platoscope.report.published import Growth, growth, line, plot_growth

CONTROLS = 3  # beside the best pair in the curves against N and k
HUNDREDTH = "k = N/100"


def evidence_pictures(pairs: Sequence[Pair], evidence: Evidence) -> list[Picture | None]:
    """Draw what is said of the largest budgets of the pictured pairs, and of the smallest, on one scale.

    Either is ``None`` where nothing is said of those cells.
    """
    sides = [_rows(pairs, evidence, place=place) for place in (-1, 0)]
    top = max((end_of(row.cell) for rows in sides for row in rows), default=1.0)
    names = ("evidence-largest", "evidence-smallest")
    return [_evidence(rows, pairs, name, top) if rows else None for name, rows in zip(names, sides, strict=True)]


def _rows(pairs: Sequence[Pair], evidence: Evidence, *, place: int) -> list[Row]:
    """The rows of one picture: trained pairs, then controls."""
    texts = {pair.store.text for pair in pairs}
    return [
        Row(cell, pair.name if len(texts) > 1 else pair.store.video, pair.control is not None)
        for pair in sorted(pairs_pictured(pairs), key=lambda pair: pair.control is not None)
        if (cell := evidence.cell(pair.store.video, pair.store.text, *pair.ends(place)))
    ]


def _evidence(rows: Sequence[Row], pairs: Sequence[Pair], name: str, top: float) -> Picture:
    told = [_told(row.cell) for row in rows]
    figure = plot_evidence(rows, chance=pairs[0].chance, title=pairs[0].title, top=top)
    return Picture(name, render_svg(figure), f"Scores with what to believe of them: {'; '.join(told)}.")


def _told(cell: Cell) -> str:
    """The numbers of a row, as far as they are known."""
    words = f"{cell.name} {cell.score:.3f}, shuffles below {cell.null95:.3f}"
    for name, ends in (("samples", cell.samples), ("queries", cell.queries)):
        words += "" if ends is None else f", over {name} {ends[0]:.3f} to {ends[1]:.3f}"
    return words if cell.heldout is None else f"{words}, held-out {cell.heldout:.3f}"


def curved_pair(pairs: Sequence[Pair], evidence: Evidence) -> Pair | None:
    """The best of the pairs that have curves against N and k, where any has."""
    known = {(point.video, point.text) for point in evidence.gallery}
    curved = [pair for pair in pairs if (pair.store.video, pair.store.text) in known]
    return best_pair(curved) if curved else None


def gallery_pictures(pairs: Sequence[Pair], evidence: Evidence) -> list[Picture]:
    """Draw the best pair that has curves, and controls, against N and against k; none where none has."""
    best = curved_pair(pairs, evidence)
    if best is None:
        return []
    by_n, by_k = _lines(pairs, evidence, best)
    top = max(point.high for line in (*by_n, *by_k) for point in line.points)
    letters = max(len(line.label) for line in (*by_n, *by_k))
    title = best.title.replace(f"{best.store.k} ", "k ")
    pictures = []
    for against, lines, told in (("n", by_n, _among), ("k", by_k, _at)):
        ends = "; ".join(f"{line.label}: {', '.join(map(told, line.points))}" for line in lines)
        figure = plot_gallery(lines, against=against, top=top, title=title, letters=letters)
        pictures.append(Picture(f"gallery-{against}", render_svg(figure), f"Scores against {against}. {ends}."))
    return pictures


def _lines(pairs: Sequence[Pair], evidence: Evidence, best: Pair) -> tuple[list[Line], list[Line]]:
    """Choose the lines against N, at the k of the scores, and those against k, at the largest N: the best pair's first.

    Where the curves do not have that k it is the nearest that they have, and the line says which.
    """
    by_n, by_k = [], []
    same = [pair for pair in pairs if pair.store.text == best.store.text]
    beside = [pair for pair in pairs_in_headline(same) if pair.control and pair is not best][:CONTROLS]
    for place, pair in enumerate([best, *beside]):
        points, name, colour = curve_points(evidence, pair), pair.store.video, colour_of(None if place else 0)
        fixed = [point for point in points if point.line != HUNDREDTH]
        if not fixed:
            continue
        k = min({point.k for point in fixed}, key=lambda k: (abs(k - pair.store.k), k))
        by_n.append(_line([point for point in fixed if point.k == k], f"{name}, k = {k}", colour, place))
        hundredth = [point for point in points if point.line == HUNDREDTH]
        if place == 0 and hundredth:
            by_n.append(_line(hundredth, f"{name}, {HUNDREDTH}", colour_of(1), 0))
        last = max(point.n for point in fixed)
        by_k.append(_line([point for point in fixed if point.n == last], name, colour, place))
    return by_n, by_k


def growth_pictures(pairs: Sequence[Pair]) -> tuple[Growth | None, list[Picture]]:
    """Draw the best pair's growth beside the paper's, against each budget; none where they share no budgets."""
    best = best_pair(pairs)
    found = growth(best, vatex_points())
    if found is None:
        return None, []
    pictures = []
    for axis in found.axes():
        own, paper = (line(cells, found.at, axis) for cells in (found.own, found.paper))
        alt = (
            f"Growth against {axis} above chance, as a share of that with {found.cell}: {best.name} from "
            f"{own[0][1]:.2f} to {own[-1][1]:.2f}, {found.model} in the paper from {paper[0][1]:.2f} to "
            f"{paper[-1][1]:.2f}."
        )
        figure = plot_growth(found, axis=axis, label=best.store.video)
        pictures.append(Picture(f"growth-{axis}", render_svg(figure), alt))
    return found, pictures


def curve_points(evidence: Evidence, pair: Pair) -> list[Point]:
    """The points of a pair's curves, by N, then k."""
    mine = [point for point in evidence.gallery if (point.video, point.text) == (pair.store.video, pair.store.text)]
    return sorted(mine, key=lambda point: (point.n, point.k))


def _line(points: Sequence[Point], label: str, colour: str, dash: int) -> Line:
    return Line(tuple(points), f"{label}  {points[-1].score:.3f}", colour, dash)


def _among(point: Point) -> str:
    return f"{point.n} videos {point.score:.3f}"


def _at(point: Point) -> str:
    return f"k = {point.k} {point.score:.3f}"
