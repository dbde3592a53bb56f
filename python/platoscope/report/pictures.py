"""Every picture of the report by name: pairs of encoders become SVG, each with words for who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from platoscope.report.curves import AXES, plot_budget, plot_grid, plot_headline
from platoscope.report.facts import Pair, many, pairs_in_headline, pairs_pictured
from platoscope.report.layers import plot_layers
from platoscope.report.look import CONTROL, TRAINED, render_svg, svg_file, svg_inline


@dataclass(frozen=True)
class Picture:
    """A rendered figure and what it shows in words."""

    name: str
    svg: str
    alt: str

    def file(self) -> str:
        """The text of an SVG file."""
        return svg_file(self.svg, alt=self.alt)

    def inline(self) -> str:
        """An SVG element for a page."""
        return svg_inline(self.svg, name=self.name, alt=self.alt)


@dataclass(frozen=True)
class Pictures:
    """All pictures of a report. ``grids`` [axis][pair] and ``maps`` [pair] are those of the ``pictured`` pairs.

    A budget that does not vary has no grids.
    """

    headline: Picture
    halves: tuple[Picture, Picture]
    pictured: list[Pair]
    grids: dict[str, list[Picture]]
    maps: list[Picture]

    def files(self) -> dict[str, str]:
        """The pictures that are kept as files, by their path in the plots' folder."""
        kept = {picture.name: picture for picture in (self.headline, *self.halves)}
        for pair, picture in zip(self.pictured, self.maps, strict=True):
            kept[f"layers/{pair.store.video}.{pair.store.text}"] = picture
        return {f"{path}.svg": picture.file() for path, picture in kept.items()}


def draw_all(pairs: Sequence[Pair]) -> Pictures:
    """Draw every picture of a report once."""
    pictured = pairs_pictured(pairs)
    return Pictures(
        headline=headline(pairs),
        halves=(by_budget(pairs, "frames"), by_budget(pairs, "captions")),
        pictured=pictured,
        grids={axis: grids(pictured, axis) for axis in AXES if len(pairs[0].budgets(axis)[0]) > 1},
        maps=layer_maps(pictured),
    )


def headline(pairs: Sequence[Pair]) -> Picture:
    """Score against frames and against captions, of every video encoder beside the best one."""
    shown = pairs_in_headline(pairs)
    store = shown[0].store
    figure = plot_headline(
        [pair.series("frames") for pair in shown],
        [pair.series("captions") for pair in shown],
        chance=shown[0].chance,
        k=store.k,
        held=(store.frames[-1], store.captions[-1]),
    )
    ends = "; ".join(f"{pair.name} {pair.grid[0, 0]:.3f} to {pair.largest:.3f}" for pair in shown)
    alt = f"Scores from {shown[0].cell(0)} to {shown[0].cell(-1)}: {ends}. {_chance(shown[0])}"
    return Picture("headline", render_svg(figure), alt)


def by_budget(pairs: Sequence[Pair], axis: str) -> Picture:
    """One half of the headline: score against frames or against captions."""
    shown = pairs_in_headline(pairs)
    budgets, others = shown[0].budgets(axis)
    series = [pair.series(axis) for pair in shown]
    figure = plot_budget(series, axis=axis, chance=shown[0].chance, k=shown[0].store.k, held=others[-1])
    ends = "; ".join(f"{line.label} {line.score[0]:.3f} to {line.score[-1]:.3f}" for line in series)
    alt = f"Score against {AXES[axis]}, from {budgets[0]} to {budgets[-1]}: {ends}. {_chance(shown[0])}"
    return Picture(axis, render_svg(figure), alt)


def grids(pairs: Sequence[Pair], axis: str) -> list[Picture]:
    """Each pair's whole grid against one budget, all on one scale."""
    top = max(float(pair.grid.max()) for pair in pairs)
    pictures = []
    for pair in pairs:
        store = pair.store
        figure = plot_grid(
            pair.grid,
            frames=store.frames,
            captions=store.captions,
            axis=axis,
            chance=pair.chance,
            k=store.k,
            top=top,
            laws=pair.curves(axis),
            colour=CONTROL if pair.control else TRAINED[0],
        )
        pictures.append(Picture(f"{axis}-{store.video}-{store.text}", render_svg(figure), _grid_alt(pair, axis)))
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
    other = "caption" if axis == "frames" else "frame"
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


def _chance(pair: Pair) -> str:
    return f"Chance is {pair.chance:.3f}."
