"""What the page says of laws: entries of the document of laws become rows of tables and words.

The document (`data/scaling/laws.json`) has an entry a pair of encoders: intervals, profiles, flags and rivals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platoscope.report.facts import Pair, read_entries
from platoscope.scaling.law import parameters_at_bound, weak_exponents
from platoscope.scaling.rivals import CRITERIA

PARAMETERS = ("s_inf", "c_f", "alpha", "c_c", "beta", "r2", "rmse", "heldout_rmse")
CURVES = {
    "additive": "the law",
    "interaction": "with interaction",
    "frames": "frames only",
    "captions": "captions only",
    "logarithmic": "no saturation",
}
DASH = "\N{EN DASH}"
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A parameter as it is printed, its interval, and the doubts about it: at its bound (†), weakly determined (‡)."""

    text: str
    interval: str | None = None
    at_bound: bool = False
    weak: bool = False


@dataclass(frozen=True)
class Rival:
    """One curve in a table: its name, its formula as the document writes it, and (number, is it the best) a column."""

    name: str
    formula: str
    parameters: int
    r2: str
    columns: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class LawFacts:
    """What the document says of one pair's law."""

    entry: Entry

    @property
    def pinned(self) -> list[str]:
        """The parameters that the grid pins: those with a profile that are not said not to be."""
        return [name for name in PARAMETERS if name in self.entry["profiles"] and name not in self.entry["not_pinned"]]

    @property
    def flags(self) -> list[str]:
        """The doubts in words."""
        return list(self.entry["flags"])

    @property
    def by_videos(self) -> bool:
        """Whether the intervals are those of other videos."""
        return bool(self.entry["intervals"].get("bootstrap") == "videos")

    @property
    def source(self) -> str:
        """What the intervals come from, in words."""
        return str(self.entry["intervals"]["from"])

    @property
    def level(self) -> float:
        """The level of the intervals."""
        return float(self.entry["intervals"]["level"])

    @property
    def criteria(self) -> dict[str, str | None]:
        """The best curve by each criterion in the page's words, ``None`` by one that does not exist here."""
        best = self.entry["rivals"]["best"]
        return {name: CURVES[best[name]] if name in best else None for name in CRITERIA}

    @property
    def rivals(self) -> list[Rival]:
        """The curves beside each other: error, held-out error, AIC and BIC of each, the least of each marked."""
        curves = self.entry["rivals"]["curves"]
        best = self.entry["rivals"]["best"]
        columns = (("rmse", 4), ("heldout_rmse", 4), ("aic", 1), ("bic", 1))
        return [
            Rival(
                CURVES[name],
                curve["formula"],
                curve["n_parameters"],
                _number(curve, "r2", 3),
                tuple((_number(curve, key, digits), best.get(key) == name) for key, digits in columns),
            )
            for name, curve in curves.items()
        ]

    @property
    def heldout(self) -> dict[str, tuple[str, bool]]:
        """The held-out error of every curve, by its name, and whether it is the least."""
        best = self.entry["rivals"]["best"].get("heldout_rmse")
        curves = self.entry["rivals"]["curves"]
        return {CURVES[name]: (_number(curve, "heldout_rmse", 4), name == best) for name, curve in curves.items()}

    @property
    def other(self) -> list[Cell] | None:
        """The parameters of the law of the other choice of layers, as a row of the table."""
        other = self.entry.get("other_layers")
        if other is None:
            return None
        values = {**other["parameters"], "r2": other.get("r2"), "rmse": other["rmse"]}
        return [Cell(_number(values, name, 4 if "rmse" in name else 3)) for name in PARAMETERS]


def read_law_facts(path: Path) -> dict[str, LawFacts]:
    """Read the document of laws by "VIDEO:TEXT"; nothing where no budgets determine a law.

    Raises
    ------
    StoreError
        Where it is missing.
    DataError
        Where it is of another kind or format, or lacks something.
    """
    return {name: LawFacts(entry) for name, entry in read_entries(path).items()}


def facts_of(pair: Pair, laws: Mapping[str, LawFacts]) -> LawFacts | None:
    """What is known of a pair's law."""
    return laws.get(f"{pair.store.video}:{pair.store.text}")


def parameter_cells(pair: Pair, facts: LawFacts | None) -> list[Cell]:
    """The parameters of a pair's law as a row of the table, a dash for what does not exist, with their intervals."""
    law = pair.law or {}
    bound = parameters_at_bound(law)
    weak = weak_exponents(law, pair.store.frames, pair.store.captions) if law else ()
    return [
        Cell(_number(law, name, 4 if "rmse" in name else 3), _interval(facts, name), name in bound, name in weak)
        if name in law
        else Cell(DASH)
        for name in PARAMETERS
    ]


def shared_sources(laws: Sequence[LawFacts]) -> list[str]:
    """What intervals come from, each way once."""
    return list(dict.fromkeys(facts.source for facts in laws))


def _interval(facts: LawFacts | None, name: str) -> str | None:
    """The interval of a parameter: ".58 to .67" in three digits."""
    ends = facts.entry["intervals"]["parameters"].get(name) if facts else None
    return f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else None


def _number(values: Mapping[str, Any], name: str, digits: int) -> str:
    value = values.get(name)
    if value is None:
        return DASH
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
