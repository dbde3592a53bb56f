"""Pictures of which layers agree: the scores of every pair of layers, score [video_layer, text_layer], as a map.

The deepest layers stand at the top and at the right; a ring marks the best pair of layers.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.report.look import MUTED, drawing

Array = NDArray[np.float64]
COLOURS = "viridis"
SMALL = 7.5  # points, the letters beside a map
ROW = 0.2  # inches a layer, of few layers
HEIGHT = 1.9  # inches, the most that a map takes
TALL = 4  # layers from which there is room to write the encoder's name upright
WIDTH = 2.1  # inches of every map
LETTER = 0.062  # inches, a wide letter of the small size
STEP = 0.15  # inches between two names along the map's foot


def plot_layers(
    score: Array, *, video_layers: Sequence[str], text_layers: Sequence[str], video: str, text: str, top: float
) -> Figure:
    """Draw one pair's layers, score [video_layer, text_layer], on a scale from 0 to ``top``.

    Raises
    ------
    InputError
        Where the scores are not one for every pair of layers.
    """
    if score.shape != (len(video_layers), len(text_layers)) or not score.size:
        raise InputError(f"score {score.shape}: [{len(video_layers)}, {len(text_layers)}] by the names of the layers")
    prefix = _common(text_layers)
    feet = [name.removeprefix(prefix) for name in text_layers]
    tall = len(video_layers) >= TALL
    rows = list(video_layers) if tall else [f"{video}, {name}" for name in video_layers]
    left = (0.35 if tall else 0.12) + LETTER * max(map(len, rows))
    foot = 0.42 + (LETTER * max(map(len, feet)) if max(map(len, feet)) > 2 else 0.1)
    height = min(ROW * len(video_layers), HEIGHT)
    with drawing():
        figure = Figure(figsize=(left + WIDTH + 0.5, foot + height + 0.3))
        whole = figure.get_size_inches()
        axes = figure.add_axes((left / whole[0], foot / whole[1], WIDTH / whole[0], height / whole[1]))
        image = _draw(axes, score, top=top)
        axes.set_ylabel(video if tall else "")
        axes.set_xlabel(f"{text}, {prefix}…" if prefix else text)
        _name(axes, rows, feet, height=height)
        best = _best(score)
        named = f"best {score[best]:.3f}: {video_layers[best[0]]}, {text_layers[best[1]]}"
        axes.set_title(named, loc="left", fontsize=8.5, color=MUTED)
        _scale(figure, axes, image, top=top)
    return figure


def _draw(axes: Axes, score: Array, *, top: float) -> AxesImage:
    """Draw the map and a ring around its best pair of layers."""
    image = axes.imshow(score, cmap=COLOURS, vmin=0.0, vmax=top, origin="lower", aspect="auto", interpolation="none")
    row, column = _best(score)
    for colour, width in (("#000000", 2.6), ("#ffffff", 1.3)):
        axes.plot(column, row, "o", markersize=7, color="none", markeredgecolor=colour, mew=width)
    axes.spines[:].set_visible(False)
    return image


def _name(axes: Axes, rows: Sequence[str], feet: Sequence[str], *, height: float) -> None:
    """Name the layers, or every second, third ... where there are too many, counted from the deepest."""
    for axis, names, room in ((axes.yaxis, rows, height), (axes.xaxis, feet, WIDTH)):
        step = -(-len(names) // max(1, int(room / STEP)))
        named = range(len(names) - 1, -1, -step)
        axis.set_ticks(list(named), [names[place] for place in named])
    axes.tick_params(length=0, labelsize=SMALL)
    if max(map(len, feet)) > 2:
        axes.tick_params(axis="x", rotation=90)


def _scale(figure: Figure, axes: Axes, image: AxesImage, *, top: float) -> None:
    """Draw the scale of scores at the right of the map."""
    box, width = axes.get_position(), figure.get_figwidth()
    bar = figure.add_axes((box.x1 + 0.08 / width, box.y0, 0.09 / width, box.height))
    scale = figure.colorbar(image, cax=bar, ticks=[0.0, top])
    scale.ax.set_yticklabels(["0", f"{top:.2f}"])
    scale.ax.tick_params(labelsize=SMALL)
    scale.outline.set_visible(False)


def _best(score: Array) -> tuple[int, int]:
    """The place of the highest score; of equals the first."""
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    return int(row), int(column)


def _common(names: Sequence[str]) -> str:
    """What all names begin with, where the rest of every one is a number: "hidden_" of hidden_0, hidden_1 ..."""
    prefix = names[0].rstrip("0123456789")
    same = all(name.startswith(prefix) and name[len(prefix) :].isdigit() for name in names)
    return prefix if same else ""
