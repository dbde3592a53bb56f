"""Turns what happens into captions and their antonyms, three of each: (caption, antonym) of the same words.

What tells them apart is word order alone: to a bag of words a clip and its reversal are told alike. Relation 0 tells
first what comes first ("before"), relation 1 what comes last ("after").
"""

from collections.abc import Sequence

Told = tuple[tuple[str, str], ...]


def in_order(clauses: Sequence[tuple[str, str]], relation: int) -> Told:
    """Tell of each (what comes first, what comes last)."""
    return tuple((_told(early, late, relation), _told(late, early, relation)) for early, late in clauses)


def alike(clauses: Sequence[str], relation: int) -> Told:
    """Tell of what goes on all the time, in words of which the order says nothing."""
    ends = ("before the middle as after the middle", "after the middle as before the middle")
    one, other = ends if relation == 0 else ends[::-1]
    return tuple((f"{clause} {one}", f"{clause} {other}") for clause in clauses)


def exchanged(sentences: Sequence[str], one: str, other: str) -> Told:
    """Put two words into sentences with the fields {a} and {b}; in the antonym they change places."""
    return tuple((sentence.format(a=one, b=other), sentence.format(a=other, b=one)) for sentence in sentences)


def _told(early: str, late: str, relation: int) -> str:
    return f"{early} before {late}" if relation == 0 else f"{late} after {early}"
