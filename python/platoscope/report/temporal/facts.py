"""What the page of time knows: tables of every probe become rows that say whether they may be used, and by whom.

Rows of Table 1, one an encoder, question and readout, are told apart by kind of encoder; an encoder is represented by
its own readout where it sees clips, else by the trend of its frames.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from platoscope.temporal.probes import PROBES
from platoscope.temporal.stages.report import READOUTS, Row, Tables

ALPHA = 0.05  # of q, up to which something is called found
CHANCE = 0.5
TIMES = "\N{MULTIPLICATION SIGN}"
READOUT_NAMES = {
    "bag": "bag of frames", "moment": "trend of its frames", "concat": "frames side by side",
    "native": "its own mean over the clip", "alone": "frames alone",
}  # fmt: skip
PHENOMENA = {
    "G": "bouncing", "E": "mixing", "E2": "spreading", "E3": "breaking", "C2": "merging", "F": "friction",
    "D": "damping",
}  # fmt: skip
FLAGS = {
    "twin": "its twins, which run the same both ways, are told apart",
    "leak": "sharpness, brightness or borders alone tell it",
}


@dataclass(frozen=True)
class Told:
    """One row of Table 1; ``control`` says what makes the encoder one, None for a trained one."""

    row: Row
    control: str | None
    place: int  # of its question

    def __getitem__(self, name: str) -> str:
        """A field as it is written."""
        return self.row[name]

    def number(self, name: str) -> float | None:
        """A field as a number, None where it is empty or not there."""
        return number_of(self.row, name)

    @property
    def name(self) -> str:
        """Probe and question."""
        return (
            f"{self['probe']}: {phenomenon(self['question'])}" if self["question"] != self["probe"] else self["probe"]
        )

    @property
    def acc(self) -> float:
        """Share told rightly."""
        return float(self.row["acc"])

    @property
    def flags(self) -> list[str]:
        """Why the row counts nowhere, in words; nothing for most."""
        return [FLAGS[flag] for flag in self.row["flags"].split()]

    @property
    def protected(self) -> bool:
        """Whether a bag of frames is at chance by construction."""
        return self.row["class"] == "protected"

    @property
    def gap(self) -> tuple[float, float, float] | None:
        """What is told beyond the bag of the same frames, with its interval: (gap, low, high)."""
        names = ("gap", "gap_low", "gap_high")
        if self.number("gap") is not None:
            gap, low, high = (float(self.row[name]) for name in names)
            return gap, low, high
        if not self.protected:
            return None
        return self.acc - CHANCE, float(self.row["ci_low"]) - CHANCE, float(self.row["ci_high"]) - CHANCE

    @property
    def found(self) -> bool:
        """Whether it may be said to be told: no flag, an interval above the bag, q up to ``ALPHA``."""
        q = self.number("q")
        return not self.flags and self.gap is not None and self.gap[1] > 0 and q is not None and q <= ALPHA


@dataclass(frozen=True)
class Facts:
    """Tables by probe, controls by encoder, and the encoders that stand in figures.

    ``copies`` are those that are named as another's untrained: their mean stands beside it, they themselves in tables.
    """

    tables: Mapping[str, Tables]
    controls: Mapping[str, str | None]
    copies: frozenset[str]
    level: float

    @property
    def subjects(self) -> list[str]:
        """Encoders that stand in figures: the trained first."""
        shown = [key for key in self.controls if key not in self.copies]
        return sorted(shown, key=lambda key: (self.controls[key] is not None, self.controls[key] == "pixels"))

    @property
    def trained(self) -> list[str]:
        """Those of them that are no control."""
        return [key for key in self.subjects if self.controls[key] is None]

    @property
    def rows(self) -> list[Told]:
        """Every row of Table 1, probe by probe."""
        every = [row for tables in self.tables.values() for row in tables.get("table", [])]
        names = list(dict.fromkeys((row["probe"], row["question"]) for row in every))
        return [
            Told(row, self.controls.get(row["encoder"]), names.index((row["probe"], row["question"]))) for row in every
        ]

    def of(self, probe: str, table: str) -> list[Row]:
        """The rows of another table of a probe, none where it was not asked."""
        return self.tables.get(probe, {}).get(table, [])

    def questions(self, *, protected: bool = True) -> list[tuple[str, str]]:
        """Probe and question of every comparison of pairs that was asked, in the order asked."""
        named = {
            (told["probe"], told["question"]): told.protected
            for told in self.rows
            if PROBES[told["probe"]].kind == "pairs"
        }
        return [name for name, is_protected in named.items() if is_protected == protected]

    def chosen(self, probe: str, question: str) -> dict[str, Told]:
        """The row that represents each encoder in a question, in the order of figures."""
        own: dict[str, dict[str, Told]] = {}
        for told in self.rows:
            if (told["probe"], told["question"]) == (probe, question):
                own.setdefault(told["encoder"], {})[told["readout"]] = told
        chosen = {key: first(own.get(key, {})) for key in self.subjects}
        return {key: told for key, told in chosen.items() if told is not None}


def first(known: Mapping[str, Told]) -> Told | None:
    """The row by the first readout that there is."""
    return next((known[name] for name in READOUTS if name in known), None)


def represented(rows: Iterable[Row]) -> list[Row]:
    """Of rows of one encoder those by the readout that represents it."""
    every = list(rows)
    name = next((name for name in READOUTS if any(row["readout"] == name for row in every)), None)
    return [row for row in every if row["readout"] == name]


def number_of(row: Row, name: str) -> float | None:
    """A field as a number, None where it is empty or not there."""
    text = row.get(name, "")
    return float(text) if text else None


def asked(probe: str, question: str) -> str:
    """A question in words."""
    return next(one.asks for one in PROBES[probe].questions if one.name == question)


def phenomenon(name: str) -> str:
    """A phenomenon by its family of clocks in a word, or another name as it is; of twins with that word."""
    of, _, more = name.partition(" ")
    return " ".join([PHENOMENA.get(of, of), *([more.replace("twins", "twin")] if more else [])])


def joined(names: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
