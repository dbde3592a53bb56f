"""Pages from templates: one HTML file that needs nothing else, in the colours of the pictures, light and dark.

Everything that is data passes through the templates' escaping; the only markup put in as it is are our own pictures,
style sheet and letters.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from platoscope.report import words
from platoscope.report.look import CONTROL, DARK, HAIRLINE, INK, MUTED, PAPER, TRAINED, Picture, dark_rules

SHARED = "platoscope.report"  # whose templates every page may use: the sheet itself and its style
COLOURS = {"paper": PAPER, "ink": INK, "muted": MUTED, "line": HAIRLINE, "accent": TRAINED[0], "control": CONTROL}
FILTERS = {
    "number": words.number, "short": words.short, "times": words.times, "percent": words.percent, "many": words.many,
    "symbols": words.symbols, "formula": words.formula,
}  # fmt: skip


def fill(name: str, *, package: str = SHARED, **values: Any) -> str:
    """Fill in a template of a package, or one of those that all pages share."""
    loaders = [PackageLoader(one, "template") for one in dict.fromkeys((package, SHARED))]
    environment = Environment(
        loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(FILTERS)
    return environment.get_template(name).render(
        light=COLOURS,
        dark={name: DARK[colour] for name, colour in COLOURS.items()},
        dark_rules=Markup(dark_rules()),  # noqa: S704 (our own style sheet)
        **values,
    )


def markup(pictures: Sequence[Picture]) -> list[Markup]:
    """Pictures as elements of a page."""
    return [Markup(picture.inline()) for picture in pictures]  # noqa: S704 (our own SVG, its labels escaped)
