"""The families of clips as a table: what each shows, by which law, what its twin is, and which pair it makes.

A new family is a law in ``laws/`` and a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from platoscope.data.datasets.clocks.laws.collisions import launching, merging
from platoscope.data.datasets.clocks.laws.gas import breaking, mixing
from platoscope.data.datasets.clocks.laws.gravity import bounce, free_flight, turned_gravity
from platoscope.data.datasets.clocks.laws.ink import spreading
from platoscope.data.datasets.clocks.laws.losses import sliding, swinging
from platoscope.data.datasets.clocks.laws.noise import hidden_shape
from platoscope.data.datasets.clocks.laws.nulls import null
from platoscope.data.datasets.clocks.laws.order import PAIRS, appearing
from platoscope.data.datasets.clocks.look import Roll
from platoscope.data.datasets.clocks.scene import Scene, Setting


@dataclass(frozen=True)
class Family:
    """One phenomenon.

    Attributes
    ----------
    phenomenon, twin
        What clips and twins show, in words.
    law
        Makes the scene of either.
    variant
        What makes the other clip of a pair: ``rev``, ``swap`` (second half first), or ``flip`` (pixels upside down).
    roll
        How far the camera may be turned without the law becoming another.
    signed
        Which clip of a pair is the positive one is drawn, as often one as the other; else it is the clip itself.
    templates
        How many there are, where it is not a matter of choice.
    twins_alone
        There is nothing but twins.
    """

    phenomenon: str
    twin: str
    law: Callable[[Setting], Scene]
    variant: str = "rev"
    roll: Roll = "any"
    signed: bool = False
    templates: int | None = None
    twins_alone: bool = False


FAMILIES: dict[str, Family] = {
    "G": Family("a dropped ball bounces lower and lower", "bounces without loss", bounce, roll="slight"),
    "G1": Family("free flight, gravity is down", "straight motion", free_flight, variant="flip", roll="slight"),
    "G2": Family("gravity turns from down to up", "straight motion", turned_gravity, variant="swap", roll="slight"),
    "E": Family("two kinds of dots mix", "the same gas, mixed from the start", mixing, roll="quarter"),
    "E2": Family("a blot of ink spreads", "a blot that swells and shrinks", spreading),
    "E3": Family("a block breaks to pieces", "tiles that roam a box", breaking, roll="quarter"),
    "C": Family("one disc launches another", "both come and both go back", launching, signed=True),
    "C2": Family("two discs become one", "an elastic collision", merging),
    "F": Family("a disc slides to rest", "to and fro between walls", sliding),
    "D": Family("a pendulum's swings die out", "an undamped pendulum", swinging, roll="slight"),
    "O": Family(
        "one circle appears, then another",
        "both appear together",
        appearing,
        variant="swap",
        roll="none",
        signed=True,
        templates=len(PAIRS),
    ),
    "N": Family("a shape of moving noise", "noise drawn anew in each frame", hidden_shape, roll="none", signed=True),
    "X": Family("nothing that has an arrow", "turning, shuffled or still", null, twins_alone=True),
}
