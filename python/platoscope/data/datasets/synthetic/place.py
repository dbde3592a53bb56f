"""What a place of the stories is: its words, its painting, where objects stand and fly in it, and who is met there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One place of a theme.

    `nouns` name it ("the open sea"), `phrases` say where ("out at sea"); neither names a colour, since every beat is
    graded. `drawing` is a scene's drawing (see `scene`). `ground` and `air` are ranges, hundredths of the frame, of the
    foot of what stands and of what flies; `cast` are names of icons; `light` is
    "day" or "night", which a camera exposes for.
    """

    nouns: tuple[str, ...]
    phrases: tuple[str, ...]
    drawing: str
    ground: tuple[float, float]
    air: tuple[float, float]
    cast: tuple[str, ...]
    light: str = "day"
