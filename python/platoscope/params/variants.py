"""What a text budget is besides its number of captions: which captions are shown, and how several become one vector."""

from typing import NamedTuple

MARK = "+"  # which no key of an encoder has


class Variant(NamedTuple):
    """A mode ("distinct", "repeat", ...) and a way to combine captions ("join", "mean")."""

    mode: str = "distinct"
    combine: str = "join"

    def of(self, key: str) -> str:
        """Name an encoder's texts: minilm, minilm+repeat, minilm+mean, minilm+repeat+mean."""
        return MARK.join([key, *(part for part, usual in zip(self, PLAIN, strict=True) if part != usual)])


PLAIN = Variant()


def encoder_of(name: str) -> str:
    """Give the key of the encoder whose texts, or videos, have this name."""
    return name.partition(MARK)[0]


def variant_of(name: str) -> Variant:
    """Give what a name says of its encoder's texts, the inverse of :meth:`Variant.of`."""
    parts = name.split(MARK)[1:]
    return Variant(
        next((part for part in parts if part not in COMBINE), PLAIN.mode),
        next((part for part in parts if part in COMBINE), PLAIN.combine),
    )


COMBINE = ("join", "mean")
