"""The page: pairs of encoders, their pictures and the cards of a few samples become one HTML file.

It needs nothing else to be read: style, pictures and data are within. Everything that is data passes through the
template's escaping; the only markup put in as it is are our own pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from platoscope.report.curves import AXES
from platoscope.report.facts import Pair, all_budgets, best_pair, many, pairs_in_headline, shared_cell
from platoscope.report.look import CONTROL, DARK, HAIRLINE, INK, MUTED, PAPER, TRAINED, dark_rules
from platoscope.report.parameters import without_folders
from platoscope.report.pictures import Picture, Pictures
from platoscope.report.samples import Card
from platoscope.scaling.law import parameters_at_bound, weak_exponents

PARAMETERS = ("s_inf", "c_f", "alpha", "c_c", "beta", "r2", "rmse", "heldout_rmse")
COLOURS = {"paper": PAPER, "ink": INK, "muted": MUTED, "line": HAIRLINE, "accent": TRAINED[0], "control": CONTROL}


@dataclass(frozen=True)
class Source:
    """What the page says about the sample set: how many sources it was cut from (``None``: not known), its digest."""

    sources: int | None
    digest: str


@dataclass(frozen=True)
class Cell:
    """A parameter of a law as it is printed, with the doubts about it: at its bound (†), weakly determined (‡)."""

    text: str
    at_bound: bool
    weak: bool


def render_page(
    pairs: Sequence[Pair],
    *,
    pictures: Pictures,
    most: Sequence[Card],
    least: Sequence[Card],
    source: Source,
    params_text: str,
) -> str:
    """Render the report; ``most`` and ``least`` are cards of the best trained pair, none leave their section out."""
    environment = Environment(
        loader=PackageLoader("platoscope.report", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    reduced = _reduced(pairs)
    environment.filters.update(number=_number, times=_times, percent=_percent, many=many)
    return environment.get_template("template.html").render(
        pairs=pairs,
        best=best_pair(pairs),
        beside=_beside(pairs),
        in_headline=pairs_in_headline(pairs),
        pictured=pictures.pictured,
        scale=max(pair.largest for pair in pairs) * 1.05,
        laws={pair.name: [_cell(pair, name) for name in PARAMETERS] for pair in pairs},
        headline=_markup([pictures.headline])[0],
        halves=_markup(pictures.halves),
        curves={
            axis: dict(zip(grids, _markup(list(grids.values())), strict=True)) for axis, grids in pictures.grids.items()
        },
        cells=[shared_cell(pairs, 0) or "the smallest budgets", shared_cell(pairs, -1) or "the largest budgets"],
        budgets={axis: all_budgets(pairs, axis) for axis in AXES},
        own={pair.name: _own_budgets(pair, pairs) for pair in pairs},
        full=any(len(pair.store.frames) > 1 and len(pair.store.captions) > 1 for pair in pairs) or not reduced,
        reduced=reduced,
        maps=_markup(pictures.maps),
        most=most,
        least=least,
        source=source,
        params_text=without_folders(params_text),
        light=COLOURS,
        dark={name: DARK[colour] for name, colour in COLOURS.items()},
        dark_rules=Markup(dark_rules()),  # noqa: S704 (our own style sheet)
    )


def _beside(pairs: Sequence[Pair]) -> list[Pair]:
    """The best control of each kind that was scored against the best pair's text encoder."""
    best = best_pair(pairs)
    found: dict[str, Pair] = {}
    for pair in pairs:
        if pair.control and pair.store.text == best.store.text and pair is not best:
            found[pair.control] = max(found.get(pair.control, pair), pair, key=lambda pair: pair.largest)
    return [found[kind] for kind in sorted(found, reverse=True)]


def _own_budgets(pair: Pair, pairs: Sequence[Pair]) -> str:
    """Name the budgets of a pair that are not those of all pairs together: "frames: 1"."""
    lists = {axis: list(pair.budgets(axis)[0]) for axis in AXES}
    own = [axis for axis, budgets in lists.items() if budgets != all_budgets(pairs, axis)]
    return "; ".join(f"{axis}: {', '.join(map(str, lists[axis]))}" for axis in own)


def _reduced(pairs: Sequence[Pair]) -> dict[tuple[str, int], list[str]]:
    """The pairs that have the law of one budget alone, by that budget and the value of the other."""
    found: dict[tuple[str, int], list[str]] = {}
    for pair in pairs:
        if pair.alone is not None:
            found.setdefault(pair.alone, []).append(pair.name)
    return found


def _cell(pair: Pair, name: str) -> Cell:
    """One parameter of a pair's law; a dash where it does not exist."""
    law = pair.law or {}
    if name not in law:
        return Cell("\N{EN DASH}", at_bound=False, weak=False)
    text = _number(law[name], 4 if "rmse" in name else 3)
    weak = name in weak_exponents(law, pair.store.frames, pair.store.captions)
    return Cell(text, at_bound=name in parameters_at_bound(law), weak=weak)


def _markup(pictures: Sequence[Picture]) -> list[Markup]:
    return [Markup(picture.inline()) for picture in pictures]  # noqa: S704 (our own SVG, its labels escaped)


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}"


def _times(value: float) -> str:
    return f"{value:.1f}\N{MULTIPLICATION SIGN}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
