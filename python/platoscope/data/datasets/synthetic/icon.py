"""What an object of the stories is: its words, how it moves, where it belongs and how it is drawn.

The tables of icons (`vehicles`, `animals`, `things`) are data; a drawing (see `pen`) fills a square of 100 by 100 and
is cut to its painted box when a sprite is made, so it needs no margins.
"""

from dataclasses import dataclass

from platoscope.data.datasets.synthetic.pen import RGB

# An object's own colour before grading. Textured and plain objects share these.
COATS: dict[str, RGB] = {
    "red": (214, 38, 38),
    "orange": (242, 128, 26),
    "yellow": (250, 210, 44),
    "green": (46, 156, 62),
    "blue": (38, 92, 212),
    "purple": (128, 58, 172),
    "pink": (246, 140, 174),
    "brown": (134, 82, 44),
    "white": (244, 244, 240),
    "grey": (136, 138, 142),
    "black": (36, 36, 42),
    "tan": (196, 152, 98),
    "fox": (226, 112, 40),
}


@dataclass(frozen=True)
class Icon:
    """One kind of object.

    `nouns` are its names, `verbs` its ways of getting about (base forms; none means that it cannot move), `size` its
    greater side as a share of the frame, `coats` the keys of COATS it comes in, `flies` whether it leaves the ground,
    `textured` whether it comes striped or spotted, `wears` the
    garment that has the coat where it is not the object itself.
    """

    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    size: float
    coats: tuple[str, ...]
    drawing: str
    flies: bool = False
    textured: bool = False
    wears: str = ""

    @property
    def moves(self) -> bool:
        """Whether it gets about at all."""
        return bool(self.verbs)
