"""Every picture of the report by name: pairs of encoders become SVG, each with words for who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from platoscope.report.curves import AXES, OTHER, Series, plot_budget, plot_headline
from platoscope.report.evidence import Evidence
from platoscope.report.evidence_pictures import evidence_pictures, gallery_pictures, growth_pictures
from platoscope.report.facts import Pair, all_budgets, best_pair, pairs_in_headline, pairs_pictured, shared_cell
from platoscope.report.grids import plot_grid
from platoscope.report.layers import plot_layers
from platoscope.report.look import CONTROL, TRAINED, Picture, render_svg
from platoscope.report.published import Growth
from platoscope.report.words import many


@dataclass(frozen=True)
class Pictures:
    """All pictures of a report. ``grids`` [axis][name of pair] and ``maps`` [pair] are those of the ``pictured`` pairs.

    A pair has no grid against a budget that does not vary in it, and an axis without any grid is not there.
    ``evidence`` are those of the largest and of the smallest budgets, ``gallery`` those against N and k, ``growths``
    those beside the paper's, whose numbers are ``growth``: all of them only where there is something to draw.
    """

    headline: Picture
    halves: tuple[Picture, Picture]
    pictured: list[Pair]
    grids: dict[str, dict[str, Picture]]
    maps: list[Picture]
    evidence: list[Picture | None]
    gallery: list[Picture]
    growth: Growth | None
    growths: list[Picture]

    def files(self) -> dict[str, str]:
        """The pictures that are kept as files, by their path in the plots' folder."""
        kept = {picture.name: picture for picture in (self.headline, *self.halves)}
        for pair, picture in zip(self.pictured, self.maps, strict=True):
            kept[f"layers/{pair.store.video}.{pair.store.text}"] = picture
        return {f"{path}.svg": picture.file() for path, picture in kept.items()}


def draw_all(pairs: Sequence[Pair], *, evidence: Evidence) -> Pictures:
    """Draw every picture of a report once."""
    pictured = pairs_pictured(pairs)
    found, growths = growth_pictures(pairs)
    null95 = null_of(best_pair(pairs), evidence)
    return Pictures(
        headline=headline(pairs, null95=null95),
        halves=(by_budget(pairs, "frames", null95=null95), by_budget(pairs, "captions", null95=null95)),
        pictured=pictured,
        grids={axis: drawn for axis in AXES if (drawn := grids(pictured, axis))},
        maps=layer_maps(pictured),
        evidence=evidence_pictures(pairs, evidence),
        gallery=gallery_pictures(pairs, evidence),
        growth=found,
        growths=growths,
    )


def null_of(pair: Pair, evidence: Evidence) -> float | None:
    """What 95 % of the null stays below at a pair's largest budgets, where that is known."""
    cell = evidence.cell(pair.store.video, pair.store.text, *pair.ends(-1))
    return None if cell is None else cell.null95


def headline(pairs: Sequence[Pair], *, null95: float | None) -> Picture:
    """Score against frames and against captions, of every video encoder beside the best one, and the null's end."""
    shown = pairs_in_headline(pairs)
    figure = plot_headline(
        [pair.series("frames") for pair in shown],
        [pair.series("captions") for pair in shown],
        chance=shown[0].chance,
        title=shown[0].title,
        null95=null95,
    )
    first, last = (shared_cell(shown, place) for place in (0, -1))
    ends = []
    for pair in shown:
        where = "" if first and last else f" ({pair.cell(0)} to {pair.cell(-1)})"
        ends.append(f"{pair.name} {pair.grid[0, 0]:.3f} to {pair.largest:.3f}{where}")
    span = f"{first or 'the smallest budgets'} to {last or 'the largest'}"
    alt = f"Scores from {span}: {'; '.join(ends)}. {_chance(shown[0], null95)}"
    return Picture("headline", render_svg(figure), alt)


def by_budget(pairs: Sequence[Pair], axis: str, *, null95: float | None) -> Picture:
    """One half of the headline: score against frames or against captions."""
    shown = pairs_in_headline(pairs)
    budgets = all_budgets(shown, axis)
    series = [pair.series(axis) for pair in shown]
    figure = plot_budget(series, axis=axis, chance=shown[0].chance, title=shown[0].title, null95=null95)
    ends = "; ".join(_line_alt(line, series, axis) for line in series)
    alt = f"Score against {AXES[axis]}, from {budgets[0]} to {budgets[-1]}: {ends}. {_chance(shown[0], null95)}"
    return Picture(axis, render_svg(figure), alt)


def _line_alt(line: Series, series: Sequence[Series], axis: str) -> str:
    """Say where a line starts and ends, and which budgets are its own where they are not those of all lines."""
    first, last = line.budgets[0], line.budgets[-1]
    scores = f"{line.score[0]:.3f} to {line.score[-1]:.3f}" if len(line.budgets) > 1 else f"{line.score[0]:.3f}"
    own = []
    if any(line.budgets != other.budgets for other in series):
        own.append(f"at {first} to {last} {axis}" if last > first else f"at {many(first, axis[:-1])} alone")
    if any(line.held != other.held for other in series):
        own.append(f"with {many(line.held, OTHER[axis])}")
    return f"{line.label} {scores}" + (f" ({', '.join(own)})" if own else "")


def grids(pairs: Sequence[Pair], axis: str) -> dict[str, Picture]:
    """The whole grid against one budget of every pair in which it varies, by the pair's name, all on one scale."""
    top = max(float(pair.grid.max()) for pair in pairs)
    pictures = {}
    for pair in (pair for pair in pairs if len(pair.budgets(axis)[0]) > 1):
        store = pair.store
        figure = plot_grid(
            pair.grid,
            frames=store.frames,
            captions=store.captions,
            axis=axis,
            chance=pair.chance,
            title=pair.title,
            top=top,
            laws=pair.curves(axis),
            colour=CONTROL if pair.control else TRAINED[0],
        )
        name = f"{axis}-{store.video}-{store.text}"
        pictures[pair.name] = Picture(name, render_svg(figure), _grid_alt(pair, axis))
    return pictures


def layer_maps(pairs: Sequence[Pair]) -> list[Picture]:
    """Each pair's layers at the largest budgets, all on one scale."""
    top = max(float(pair.store.score[-1, -1].max()) for pair in pairs)
    pictures = []
    for pair in pairs:
        store = pair.store
        figure = plot_layers(
            store.score[-1, -1],
            video_layers=store.video_layers,
            text_layers=store.text_layers,
            video=store.video,
            text=store.text,
            top=top,
        )
        pictures.append(Picture(f"layers-{store.video}-{store.text}", render_svg(figure), _layers_alt(pair)))
    return pictures


def _grid_alt(pair: Pair, axis: str) -> str:
    """Say what one pair's grid shows: where every line starts and ends."""
    other = OTHER[axis]
    lines = pair.grid.T if axis == "frames" else pair.grid
    rows = zip(pair.budgets(axis)[1], lines, strict=True)
    ends = "; ".join(f"{many(count, other)} {line[0]:.3f} to {line[-1]:.3f}" for count, line in rows)
    return f"{pair.name}, score against {AXES[axis]}, a line for each number of {other}s: {ends}. {_chance(pair)}"


def _layers_alt(pair: Pair) -> str:
    """Say what one pair's map of layers shows: the best pair of layers, and the range."""
    store = pair.store
    score, (video, text) = store.score[-1, -1], store.fixed
    return (
        f"{pair.name}, score of {len(store.video_layers)} by {len(store.text_layers)} layers with {pair.cell(-1)}: "
        f"best {score.max():.3f} at {store.video_layers[video]} and {store.text_layers[text]}, least {score.min():.3f}."
    )


def _chance(pair: Pair, null95: float | None = None) -> str:
    more = "" if null95 is None else f" 95 % of shuffles stay below {null95:.3f}."
    return f"Chance is {pair.chance:.3f}.{more}"
