"""Sentences about two events and which came first: "A before B" and "A after B" become the events in their order.

A sentence and the same with its events exchanged have the same words, so that nothing but order tells them apart.
"""

from dataclasses import dataclass
from typing import Any

from platoscope.errors import DataError

RELATIONS = ("before", "after")


@dataclass(frozen=True)
class BeforeAfter:
    """Two events as they are named, ``one`` first, with the relation between the words."""

    one: str
    relation: str
    other: str

    @property
    def caption(self) -> str:
        """The sentence."""
        return f"{self.one} {self.relation} {self.other}"

    @property
    def exchanged(self) -> str:
        """The sentence with its events exchanged, which says the contrary."""
        return f"{self.other} {self.relation} {self.one}"

    @property
    def labels(self) -> dict[str, Any]:
        """Which event came first, which second, and the relation that the sentence has."""
        first, second = (self.one, self.other) if self.relation == "before" else (self.other, self.one)
        return {"relation": self.relation, "first": first, "second": second}


def plain(text: str) -> str:
    """Small letters, single blanks, no commas, no full stops after words: events then change places without a trace."""
    words = (word.rstrip(".") for word in text.lower().replace(",", " ").split())
    return " ".join(word for word in words if word)


def events_of(sentence: str, relation: str, *, reference: str | None = None) -> BeforeAfter:
    """Take a plain sentence apart; ``reference`` is what follows the relation, where the sentence begins with it.

    Raises
    ------
    DataError
        If the relation does not stand in it once, an event is empty, or a sentence that begins with the relation
        does not go on with the reference.
    """
    if sentence.split().count(relation) != 1:
        raise DataError(f"the sentence must have the word {relation!r} once, got {sentence!r:.80}")
    if sentence.startswith(f"{relation} ") and reference is not None:
        rest = sentence.removeprefix(f"{relation} ")
        if not rest.startswith(f"{reference} "):
            raise DataError(f"{sentence!r:.80} must go on with its reference {reference!r:.80} after {relation!r}")
        one, other = rest.removeprefix(f"{reference} "), reference
    else:
        one, other = (part.strip() for part in f" {sentence} ".split(f" {relation} "))
    if not one or not other:
        raise DataError(f"the sentence must name two events, got {sentence!r:.80}")
    return BeforeAfter(one, relation, other)
