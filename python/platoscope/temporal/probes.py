"""The probes of time as data: what is compared with what, on which clips, and which twins have to be at chance.

A question pairs each clip with a partner, another order or another picture of the same frames, and asks which of the
two is the positive one. A probe is a list of questions and what is done with them. A new probe of pairs is a new row.
"""

from dataclasses import dataclass
from typing import Literal

ARROW = ("G", "E", "E2", "E3", "C2", "F", "D")  # families of clocks in which time has a direction
MIRROR = "mirror"

Kind = Literal["pairs", "ordering", "vectors", "odd", "order_test"]


@dataclass(frozen=True)
class Question:
    """One comparison of pairs.

    ``asks`` it in words. ``partner`` is the variant that a clip is paired with; a bag of frames cannot tell the two
    apart where that only changes their order (``protected``). ``families`` of clocks take part, and where ``anywhere``
    clips without labels too. ``signed``: which of the two is positive is a label, else it is the clip itself, and
    then ``alike`` says that this has to be at chance on the same clips. ``turned``: the same pair backwards, whose
    answer has to be the same.
    """

    name: str
    asks: str
    partner: str
    families: tuple[str, ...]
    protected: bool = True
    signed: bool = False
    alike: bool = False
    anywhere: bool = False
    turned: tuple[str, str] | None = None

    @property
    def mirrored(self) -> tuple[str, str] | None:
        """The variants of the pair with left and right changed, where such are made."""
        return (MIRROR, f"{MIRROR}_{self.partner}") if self.protected else None


@dataclass(frozen=True)
class Probe:
    """What is asked together; ``transfer``: probes of each question are tested on the pairs of every other too."""

    kind: Kind
    questions: tuple[Question, ...]
    transfer: bool = False


def _arrow(name: str, *families: str, anywhere: bool = False) -> Question:
    return Question(name, "is this clip shown forward or backward?", "rev", families, anywhere=anywhere)


ORDER = Question("order", "which of two came first?", "swap", ("O",), signed=True, anywhere=True)

PROBES: dict[str, Probe] = {
    "arrow": Probe("pairs", (_arrow("arrow", *ARROW, anywhere=True),)),
    "order": Probe(
        "pairs",
        (ORDER, Question("motion", "which way does a shape go that only motion shows?", "rev", ("N",), signed=True)),
    ),
    "ordering": Probe("ordering", (_arrow("ordering", *ARROW, anywhere=True),)),
    "cause": Probe(
        "pairs", (Question("cause", "which of two set the other moving?", "rev", ("C",), signed=True, alike=True),)
    ),
    "irreversible": Probe("pairs", tuple(_arrow(family, family) for family in ARROW), transfer=True),
    "gravity": Probe(
        "pairs",
        (
            Question("upright", "which way is down?", "flip", ("G1",), protected=False, turned=("rev", "flip_rev")),
            Question("turning", "does gravity turn from down to up?", "swap", ("G2",)),
        ),
    ),
    "vectors": Probe("vectors", tuple(_arrow(family, family) for family in ARROW), transfer=True),
    "odd": Probe("odd", (_arrow("odd", *ARROW, anywhere=True),)),
    "test_of_time": Probe("order_test", (ORDER,)),
}
