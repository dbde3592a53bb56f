"""How the page writes what it knows: numbers, names of parameters, formulas and notes become text and markup."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

MINUS = "\N{MINUS SIGN}"
SYMBOLS = {
    "s_inf": "<i>S</i><sub>∞</sub>", "c_f": "<i>C</i><sub>f</sub>", "c_c": "<i>C</i><sub>c</sub>",
    "alpha": "\N{GREEK SMALL LETTER ALPHA}", "beta": "\N{GREEK SMALL LETTER BETA}",
    "n_f": "<i>n</i><sub>f</sub>", "n_c": "<i>n</i><sub>c</sub>",
}  # fmt: skip
LETTERS = {"S": "<i>S</i>", "C": "<i>C</i>", "C_f": SYMBOLS["c_f"], "C_c": SYMBOLS["c_c"]}
NOTE = re.compile(r"(?P<pair>[a-z0-9_]+:[a-z0-9_+]+)@(?P<rest>.*)", re.DOTALL)
# Samples that do not take part, by the stage that says so.
OUT = {
    "dataset": "without a video", "frames": "that did not decode or were too short",
    "captions": "with too few captions", "samples": "not drawn",
}  # fmt: skip
CELL = re.compile(r"(\d+),(\d+): ")


def many(count: int, thing: str) -> str:
    """A number with its noun: 1 frame, 16 frames."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def number(value: float, digits: int = 3) -> str:
    """A number with so many decimals: 0.572."""
    return f"{value:.{digits}f}".replace("-", MINUS)


def short(value: float) -> str:
    """A small share in two digits: 0.001, 0.043."""
    return f"{value:.2g}"


def times(value: float) -> str:
    """A factor: 14.6×."""
    return f"{value:.1f}\N{MULTIPLICATION SIGN}"


def percent(value: float, digits: int = 1) -> str:
    """A share in percent: 3.5 %."""
    return f"{number(100 * value, digits)} %"


def symbols(text: str) -> Markup:
    """Words in which parameters have the letters that the formula has."""
    return _written(text, SYMBOLS)


def formula(text: str) -> Markup:
    """A formula as the document of laws writes it: "S - C_f n_f^-alpha" with letters, indices and powers."""
    raised = re.sub(r"\^-(alpha|beta)", lambda power: f"^{power[1]}", str(escape(text)).replace(" - ", f" {MINUS} "))
    marked = str(_written(raised, {**SYMBOLS, **LETTERS}))
    return Markup(re.sub(r"\^(.)", rf"<sup>{MINUS}\1</sup>", marked))  # noqa: S704 (escaped above)


def notes_in_words(notes: Sequence[str], *, pairs: int) -> list[str]:
    """Say each note once, with the pairs of encoders that it is of: "VIDEO:TEXT@rest" of several becomes one line."""
    said: dict[str, list[str]] = {}
    for note in notes:
        found = NOTE.fullmatch(note)
        said.setdefault(found["rest"] if found else note, []).extend([found["pair"]] if found else [])
    return [_place(rest) + _of(names, pairs) for rest, names in said.items()]


def _place(rest: str) -> str:
    """A note that begins with a cell, with the words for it."""
    cell = CELL.match(rest)
    if cell is None:
        return rest
    return f"{many(int(cell[1]), 'frame')}, {many(int(cell[2]), 'caption')}: {rest[cell.end() :]}"


def _of(names: Sequence[str], pairs: int) -> str:
    if not names:
        return ""
    unique = list(dict.fromkeys(names))
    of = "all pairs" if len(unique) == pairs else ", ".join(unique).replace(":", " \N{MULTIPLICATION SIGN} ")
    return f" ({of})"


def _written(text: str, letters: dict[str, str]) -> Markup:
    """Escape a text and put letters where their names stand as whole words."""
    names = "|".join(sorted(map(re.escape, letters), key=len, reverse=True))
    marked = re.sub(rf"(?<![\w]){'(' + names + ')'}(?![\w])", lambda name: letters[name[1]], str(escape(text)))
    return Markup(marked)  # noqa: S704 (escaped, and our own letters)
