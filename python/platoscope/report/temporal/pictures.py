"""Every picture of the page of time: rows of tables become SVG, each with words for who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from platoscope.reference_data import ORDER_TEST
from platoscope.report.look import CONTROL, TRAINED, Picture, render_svg
from platoscope.report.temporal.bars import Group, plot_bars
from platoscope.report.temporal.facts import CHANCE, TIMES, Facts, Told, number_of, phenomenon, represented
from platoscope.report.temporal.findings import last_rows, odd_rows, spacing_rows
from platoscope.report.temporal.gaps import Column, Mark, plot_gaps
from platoscope.report.temporal.matrices import plot_transfer
from platoscope.report.temporal.panels import Line, Scale, plot_panel
from platoscope.report.temporal.scatter import Dot, plot_scatter
from platoscope.report.temporal.sentences import label
from platoscope.temporal.stages.report import Row

GAP_TITLE = "accuracy beyond the bag (dotted)"
MATRICES = 4  # encoders at most whose matrices are drawn
COLUMNS = 5  # of one picture of gaps at most
MAIN = 3  # questions of one probe, from which on they have a picture of their own


@dataclass(frozen=True)
class Drawn:
    """A picture with the words above it."""

    caption: str
    picture: Picture


@dataclass(frozen=True)
class GapPicture:
    """One picture of gaps, wide, and the same a question at a time for narrow screens."""

    wide: Picture
    narrow: list[Picture]


def gap_pictures(facts: Facts, *, protected: bool = True) -> list[GapPicture]:
    """Draw what is told beyond the bag: the questions of small probes together, those of a probe with many apart."""
    asked = facts.questions(protected=protected)
    probes = [probe for probe, _ in asked]
    many = [probe for probe in dict.fromkeys(probes) if probes.count(probe) >= MAIN]
    groups = [
        [one for one in asked if one[0] not in many],
        *([one for one in asked if one[0] == probe] for probe in many),
    ]
    parts = [part for group in groups for part in _parts(group)]
    room = max(map(len, parts), default=1)
    return [_gaps(facts, part, f"gaps-{protected:d}-{place}", room=room) for place, part in enumerate(parts)]


def _parts(group: Sequence[tuple[str, str]]) -> list[Sequence[tuple[str, str]]]:
    """Parts of at most so many columns, about equally long."""
    count = -(-len(group) // COLUMNS)
    size = -(-len(group) // max(1, count))
    return [group[place : place + size] for place in range(0, len(group), size)] if group else []


def _gaps(facts: Facts, group: Sequence[tuple[str, str]], name: str, *, room: int) -> GapPicture:
    columns = [_column(facts, *one) for one in group]
    controls = {key: facts.controls[key] for key in facts.subjects if any(key in column.marks for column in columns)}

    def draw(some: Sequence[Column], name: str, room: int = 1) -> Picture:
        told = "; ".join(f"{column.name}: {_told(column)}" for column in some)
        svg = render_svg(plot_gaps(some, controls=controls, title=GAP_TITLE, room=room))
        return Picture(name, svg, f"Accuracy beyond the bag. {told}.")

    return GapPicture(draw(columns, name, room), [draw([one], f"{name}-{place}") for place, one in enumerate(columns)])


def _told(column: Column) -> str:
    marks = column.marks.items()
    return ", ".join(f"{key} {mark.gap:.3f}{' (flagged)' if mark.flagged else ''}" for key, mark in marks)


def _column(facts: Facts, probe: str, question: str) -> Column:
    marks = {}
    for key, told in facts.chosen(probe, question).items():
        if told.gap is not None:
            marks[key] = Mark(*told.gap, flagged=bool(told.flags), untrained=_untrained(told))
    return Column(label(question), marks)


def _untrained(told: Told) -> float | None:
    """The gap of the same networks never trained, of protected pairs, where a bag has one half."""
    known = told.number("random_init")
    return None if known is None or not told.protected else known - CHANCE


def styles(facts: Facts) -> dict[str, tuple[str, int]]:
    """Colour and dash of every encoder in pictures of lines."""
    trained, found, rest = facts.trained, {}, 1
    for key in facts.subjects:
        if key in trained:
            found[key] = TRAINED[trained.index(key) % len(TRAINED)], trained.index(key) // len(TRAINED)
        else:
            found[key] = CONTROL, rest
            rest += 1
    return found


def depth_pictures(facts: Facts) -> list[Drawn]:
    """Draw accuracy against depth, a panel a question, over what the null of the best layer stays below."""
    known = styles(facts)
    letters = max((len(key) for key in known), default=1)
    pictures = []
    for place, (probe, question) in enumerate([*facts.questions(), *facts.questions(protected=False)]):
        chosen = facts.chosen(probe, question)
        rows = [row for row in facts.of(probe, "curves") if row["question"] == question]
        lines = []
        for key, told in chosen.items():
            own = [row for row in rows if (row["encoder"], row["readout"]) == (key, told["readout"])]
            lines += [_line(key, own, "acc", known)] if own else []
        if not lines:
            continue
        nulls = [value for told in chosen.values() if (value := told.number("null95_max")) is not None]
        band = max(nulls, default=None)
        low = min(0.4, *(min(line.y) - 0.03 for line in lines))
        figure = plot_panel(lines, _depth(low, 1.02, "accuracy"), chance=CHANCE, band=band, letters=letters)
        told_ends = "; ".join(f"{line.label} {min(line.y):.3f} to {max(line.y):.3f}" for line in lines)
        alt = f"{question}, accuracy by depth: {told_ends}. Null below {band or CHANCE:.3f}."
        pictures.append(Drawn(label(question), Picture(f"depth-{place}", render_svg(figure), alt)))
    return pictures


def _depth(low: float, high: float, name: str) -> Scale:
    return Scale(-0.03, 1.03, (0.0, 0.5, 1.0), "depth of the layer, 0 first, 1 last", low, high, name)


def _line(key: str, rows: Sequence[Row], name: str, known: dict[str, tuple[str, int]], twins: str = "") -> Line:
    rows = [row for row in rows if row[name]]
    beside = [number_of(row, twins) for row in rows] if twins else []
    return Line(
        label=key,
        x=tuple(float(row["depth"]) for row in rows),
        y=tuple(float(row[name]) for row in rows),
        colour=known[key][0],
        dash=known[key][1],
        flat=len(rows) == 1,
        twins=tuple(value for value in beside if value is not None) if None not in beside else (),
    )


def spacing_pictures(facts: Facts) -> list[Drawn]:
    """Draw pairs in order against spacing, a panel a number of steps; twins dotted."""
    known, pictures = styles(facts), []
    letters = max((len(key) for key in known), default=1)
    counts = sorted({int(row["steps"]) for row in facts.of("ordering", "spacing")})
    for count in counts:
        lines = []
        for key in facts.subjects:
            rows = spacing_rows(facts, key, count)
            if not rows:
                continue
            twins = {row["spacing"]: float(row["pairwise"]) for row in spacing_rows(facts, key, count, clips="twins")}
            lines.append(
                Line(
                    label=key,
                    x=tuple(float(row["spacing"]) for row in rows),
                    y=tuple(float(row["pairwise"]) for row in rows),
                    colour=known[key][0],
                    dash=known[key][1],
                    ends=tuple((float(row["ci_low"]), float(row["ci_high"])) for row in rows),
                    twins=tuple(twins[row["spacing"]] for row in rows) if len(twins) == len(rows) else (),
                )
            )
        ticks = sorted({x for line in lines for x in line.x})
        ends = [end for line in lines for pair in line.ends for end in pair] + [y for line in lines for y in line.twins]
        scale = Scale(ticks[0] / 1.2, ticks[-1] * 1.2, tuple(ticks), "frames between two steps", min(0.4, *ends) - 0.02,
                      max([0.7, *ends]) + 0.02, "share of pairs in order", log=True)  # fmt: skip
        figure = plot_panel(lines, scale, chance=CHANCE, letters=letters)
        told = "; ".join(f"{line.label} {line.y[0]:.3f} to {line.y[-1]:.3f}" for line in lines)
        picture = Picture(
            f"spacing-{count}", render_svg(figure), f"Pairs of {count} steps in order by spacing: {told}."
        )
        pictures.append(Drawn(f"{count} steps", picture))
    return pictures


def transfer_pictures(facts: Facts) -> dict[str, list[Drawn]]:
    """Draw the matrices of the trained encoders, then of pixels, by probe."""
    drawn: dict[str, list[Drawn]] = {}
    for probe in facts.tables:
        for key in facts.subjects:
            rows = represented(row for row in facts.of(probe, "transfer") if row["encoder"] == key)
            if rows and len(drawn.get(probe, [])) < MATRICES:
                drawn.setdefault(probe, []).append(_matrix(probe, key, rows))
    return drawn


def _matrix(probe: str, key: str, rows: Sequence[Row]) -> Drawn:
    names = list(dict.fromkeys(row["trained"] for row in rows))
    aside = {row["trained"] for row in rows if row["trained"] == row["tested"] and row["twin"] == "1"}
    acc = np.array([float(row["acc"]) for row in rows]).reshape(len(names), len(names))
    shown = [phenomenon(name) for name in names]
    figure = plot_transfer(acc, names=shown, twins=[name in aside for name in names])
    worst = max((abs(float(row["acc"]) - CHANCE) for row in rows if row["twin"] == "1"), default=0.0)
    alt = f"{key}, {len(names)} groups: diagonal {np.diag(acc).mean():.3f}; twins at most {worst:.3f} from chance."
    return Drawn(key, Picture(f"transfer-{probe}-{key}", render_svg(figure), alt))


def order_picture(facts: Facts) -> Picture | None:
    """Draw the bars of the Test of Time by last layers, and the published ones; None where it was not asked."""
    groups = []
    for key in facts.subjects:
        for row in last_rows(facts, key):
            bars = tuple((f"k = {k}", float(row[f"overlap_{k}"]), float(row[f"chance_{k}"])) for k in (1, 2, 3))
            groups.append(Group(f"{key} {TIMES} {row['text']}", bars, control=facts.controls[key] is not None))
    if not groups:
        return None
    told = "; ".join(
        f"{group.label} {', '.join(f'{v:.2f} over {c:.2f}' for _, v, c in group.bars)}" for group in groups
    )
    groups += [
        Group(f"published, bar {place}", (("k = 1", bar.overlap_1, bar.chance),), hollow=True)
        for place, bar in enumerate(ORDER_TEST, 1)
    ]
    figure = plot_bars(groups, title="mutual k-NN (stroke: a pair blind to order)")
    return Picture("order-test", render_svg(figure), f"Test of Time at k = 1, 2, 3 over conditional chance: {told}.")


def vector_pictures(facts: Facts) -> list[Drawn]:
    """Draw odd energy and coherence against depth, twins dotted."""
    known, pictures = styles(facts), []
    letters = max((len(key) for key in known), default=1)
    for name, words in (("odd_energy", "odd share of the energy"), ("coherence", "coherence of odd parts")):
        lines = []
        for key in facts.subjects:
            own = represented(row for row in facts.of("vectors", "vectors") if row["encoder"] == key)
            if any(row[name] for row in own):
                lines.append(_line(key, own, name, known, f"{name}_twins"))
        if lines:
            values = [value for line in lines for value in (*line.y, *line.twins)]
            scale = _depth(min(0.0, *values) - 0.01, max(values) * 1.08 + 0.01, "")
            figure = plot_panel(lines, scale, chance=0.0, letters=letters)
            told = "; ".join(f"{line.label} {min(line.y):.3f} to {max(line.y):.3f}" for line in lines)
            pictures.append(Drawn(words, Picture(f"vectors-{name}", render_svg(figure), f"{words} by depth: {told}.")))
    return pictures


def odd_picture(facts: Facts, *, alpha: float) -> Picture | None:
    """Draw agreement on direction beside agreement on content, a numbered dot a pair of encoders."""
    dots = [
        Dot(place, float(row["even_calibrated"]), float(row["flip_calibrated"]), row["y_is"],
            float(row["q"]) <= alpha and float(row["flip_calibrated"]) > 0)
        for place, row in enumerate(odd_rows(facts), 1)
    ]  # fmt: skip
    if not dots:
        return None
    told = "; ".join(f"{dot.number}: content {dot.even:.3f}, direction {dot.odd:.3f}" for dot in dots)
    return Picture("odd", render_svg(plot_scatter(dots)), f"Agreement of pairs of encoders. {told}.")
