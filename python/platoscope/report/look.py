"""How every picture looks, and its way into SVG: Okabe-Ito colours, budgets in log2, labels at the ends of lines.

A figure becomes text that is the same in every run. Its colours are those for light paper; a style sheet, kept here
too, turns them where the reader prefers a dark one. As a file it brings paper and style sheet along, within the page
both are the page's.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

PAPER, INK, MUTED, HAIRLINE = "#fffffe", "#1c1c1a", "#63625d", "#dddad3"
TRAINED = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe & Ito 2008, strongest first
CONTROL = "#85837c"
DARK = {
    PAPER: "#15171a", INK: "#ecebe6", MUTED: "#a3a199", HAIRLINE: "#383b40", CONTROL: "#8f8d86",
    "#0072b2": "#4ba3e3", "#d55e00": "#ff8a3d", "#009e73": "#2fc79a",
}  # fmt: skip
FONTS = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
RULES = {
    "font.family": "DejaVu Sans", "font.size": 8.5, "text.color": INK, "axes.labelcolor": INK,
    "axes.edgecolor": MUTED, "axes.linewidth": 0.7, "axes.spines.top": False, "axes.spines.right": False,
    "axes.spines.left": False, "axes.facecolor": "none", "axes.axisbelow": True, "figure.facecolor": PAPER,
    "xtick.color": MUTED, "ytick.color": MUTED, "xtick.major.size": 3, "ytick.major.size": 0, "ytick.major.pad": 2,
    "grid.color": HAIRLINE, "grid.linewidth": 0.6, "lines.linewidth": 1.6, "lines.solid_capstyle": "round",
    "svg.fonttype": "none", "svg.hashsalt": "platoscope",
}  # fmt: skip


@contextmanager
def drawing() -> Iterator[None]:
    """Draw by these rules, whatever the reader's own matplotlibrc says."""
    with style.context(["default", RULES], after_reset=True):
        yield


def dark_rules() -> str:
    """Give the CSS that turns the colours of pictures for dark paper.

    No rule names what a picture lies in: markers are drawn by reference, and those see no rule that does.
    """
    rules = [
        f'[style*="{kind}: {light}"]{{{kind}:{dark}!important}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    ]
    return "\n".join(rules)


def render_svg(figure: Figure) -> str:
    """Save a figure as SVG: no date, no program's name, words as text in the reader's own letters."""
    out = io.StringIO()
    with drawing():
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = re.sub(r"font-family: [^;\"]*", f"font-family: {FONTS}", out.getvalue())
    return re.sub(r"font: ([^;\"]*?px) [^;\"]*", rf"font: \1 {FONTS}", text)


def svg_file(svg: str, *, alt: str) -> str:
    """Turn a rendered figure into a file that says what it shows and turns dark by itself."""
    dark = f"@media (prefers-color-scheme: dark){{\n{dark_rules()}\n}}"
    text = svg.replace("</style>", f"\n{dark}</style>", 1)
    return text.replace("<defs>", f"<title>{escape(alt)}</title>\n <defs>", 1)


def svg_inline(svg: str, *, name: str, alt: str) -> str:
    """Turn a rendered figure into an element of a page; ``name`` keeps its ids apart from those of other pictures."""
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(url\(|href=")#', rf"\1#{name}-", text)
    head = r'<svg\b[^>]*? width="([0-9.]+)pt"[^>]*? (viewBox="[^"]*")[^>]*>'
    points, box = re.findall(head, text)[0]
    style = f"max-width:{float(points) / 72 * 1.5:.2f}in"  # letters half as large again at most
    return re.sub(head, f'<svg role="img" aria-label="{escape(alt)}" style="{style}" {box}>', text, count=1).strip()


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


def budget_axis(axes: Axes, budgets: Sequence[int], *, name: str) -> None:
    """Make x a logarithmic axis whose ticks are the budgets, and nothing else."""
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator([float(budget) for budget in budgets]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    stretch = (max(budgets) / min(budgets)) ** 0.03 if len(budgets) > 1 else 1.5
    axes.set_xlim(min(budgets) / stretch, max(budgets) * stretch)
    axes.set_xlabel(name)


def score_axis(axes: Axes, *, top: float, title: str) -> None:
    """Make y the score from 0 to a little above ``top``, named where the reader begins."""
    axes.set_ylim(0.0, top * 1.08)
    axes.grid(axis="y")
    axes.set_title(title, loc="left", fontsize=8.5, color=MUTED, x=0.0)


def chance_line(axes: Axes, chance: float, *, null95: float | None = None) -> None:
    """Draw the score of two spaces that have nothing to do with each other, named once with what they may reach.

    ``null95`` is what 95 % of shuffled captions stay below, for the best of all pairs of layers.
    """
    axes.axhline(chance, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)))
    name, top = f"chance {chance:.3f}", chance
    if null95 is not None:
        axes.axhline(null95, color=MUTED, linewidth=0.7)
        name, top = f"{name}, 95 % of shuffles below {null95:.3f}", max(chance, null95)
    axes.annotate(
        name, (1.0, top), xycoords=axes.get_yaxis_transform(), xytext=(0, 2.5),
        textcoords="offset points", fontsize=7.5, color=MUTED, ha="right",
    )  # fmt: skip


def spread(values: Sequence[float], *, gap: float) -> list[float]:
    """Move values apart so that neighbours in order are at least ``gap`` apart, each as little as can be.

    Values that would overlap become a stack about their mean, and stacks that then touch become one.
    """
    order = np.argsort(np.asarray(values, dtype=np.float64), kind="stable")
    stacks: list[list[int]] = []
    for index in order.tolist():
        stacks.append([index])
        while len(stacks) > 1 and _place(values, stacks[-1], gap)[0] - _place(values, stacks[-2], gap)[-1] < gap:
            stacks[-2:] = [stacks[-2] + stacks[-1]]
    placed = dict(pair for stack in stacks for pair in zip(stack, _place(values, stack, gap), strict=True))
    return [placed[index] for index in range(len(values))]


def _place(values: Sequence[float], stack: Sequence[int], gap: float) -> list[float]:
    """Give the places of one stack, `gap` apart about the mean of its values."""
    middle = sum(values[index] for index in stack) / len(stack)
    return [middle + gap * (place - (len(stack) - 1) / 2) for place in range(len(stack))]
