"""Turns a story into twelve different captions, each about one aspect: a whole beat, an order, a cut, or one object.

Captions say what the frames show: colour words are those of the graded colours, sides are read from the mirrored
paths, and what has no undoubted word is left out. No caption of a clip repeats another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from typing import TypeVar

import numpy as np

from platoscope.data.datasets.synthetic.actor import Actor
from platoscope.data.datasets.synthetic.story import Beat, Story
from platoscope.data.datasets.synthetic.words import (
    BEAT_WORDS,
    CUT_WORDS,
    ENDS_WORDS,
    LONE_BEAT_WORDS,
    LONE_WORDS,
    MOTION_WORDS,
    ORDER_WORDS,
    TIE_WORDS,
    conjugate,
    with_article,
)

Rng = np.random.Generator
T = TypeVar("T")
Telling = tuple[str, tuple[int, ...], Callable[[Rng], str]]
CAPTIONS = 12
ORDERS, CUTS = 3, 2  # at most; the rest are whole beats, one each, and single objects
OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Caption:
    """A caption, what it is about (`beat`, `order`, `cut` or `object`) and the beats it speaks of, from 0."""

    text: str
    kind: str
    beats: tuple[int, ...]


@dataclass(frozen=True)
class Clause:
    """Somebody does something: a noun phrase and a predicate whose verbs are still in brackets."""

    who: str
    does: str

    @property
    def plain(self) -> str:
        """A sentence: a bus drives off to the left."""
        return f"{self.who} {conjugate(self.does, 'finite')}"

    @property
    def ing(self) -> str:
        """A noun phrase: a bus driving off to the left."""
        return f"{self.who} {conjugate(self.does, 'ing')}"


def tell(story: Story, rng: Rng) -> tuple[Caption, ...]:
    """Tell a story in CAPTIONS different captions."""
    told: dict[str, Caption] = {}
    for kind, beats, wording in _plan(story, rng):
        text = wording(rng)
        while text in told:  # every wording has far more variants than a clip has captions
            text = wording(rng)
        told[text] = Caption(text=text, kind=kind, beats=beats)
    return tuple(told.values())


def _plan(story: Story, rng: Rng) -> list[Telling]:
    """List what will be told: kind, beats, and the function that words it."""
    beats = story.beats
    plan: list[Telling] = [("beat", (order,), partial(_whole_beat, beat)) for order, beat in enumerate(beats)]
    pairs = _some(list(combinations(range(len(beats)), 2)), ORDERS, rng)
    plan += [("order", pair, partial(_order, story, pair)) for pair in pairs]
    cuts = _some(list(pairwise(range(len(beats)))), CUTS, rng)
    plan += [("cut", cut, partial(_cut, beats[cut[0]], beats[cut[1]])) for cut in cuts]
    subjects = [(order, who) for order, beat in enumerate(beats) for who in range(len(beat.actors))]
    lone = _some(subjects, CAPTIONS - len(plan), rng)
    plan += [("object", (order,), partial(_object, beats[order], who)) for order, who in lone]
    return plan


def _whole_beat(beat: Beat, rng: Rng) -> str:
    clauses = [_clause(beat, 0, rng)]
    if beat.tie is None:
        clauses.append(_clause(beat, 1, rng))
    elif len(beat.actors) > 2:
        clauses.append(_clause(beat, 2, rng))
    words = {"where": _one(beat.place.phrases, rng), "place": _one(beat.place.nouns, rng)}
    for name, clause in zip(("one", "two"), clauses, strict=False):
        words |= {name: clause.plain, f"{name}_ing": clause.ing}
    return _sentence(_one(BEAT_WORDS if len(clauses) == 2 else LONE_BEAT_WORDS, rng), words)


def _order(story: Story, pair: tuple[int, int], rng: Rng) -> str:
    early, late = (_glimpse(story.beats[order], rng) for order in pair)
    at_the_ends = pair == (0, len(story.beats) - 1)
    return _sentence(
        _one((*ORDER_WORDS, *ENDS_WORDS) if at_the_ends else ORDER_WORDS, rng), {"early": early, "late": late}
    )


def _glimpse(beat: Beat, rng: Rng) -> str:
    """Give one object of a beat in its place: a bus on a city street."""
    who = _one(beat.actors[:2], rng)
    return f"{_noun_phrase(who, rng, most=1)} {_one(beat.place.phrases, rng)}"


def _cut(here: Beat, there: Beat, rng: Rng) -> str:
    words = {
        "here": _one(here.place.nouns, rng),
        "there": _one(there.place.nouns, rng),
        "where": _one(there.place.phrases, rng),
    }
    return _sentence(_one(CUT_WORDS, rng), words)


def _object(beat: Beat, who: int, rng: Rng) -> str:
    clause = _clause(beat, who, rng)
    words = {
        "who": clause.who,
        "does": conjugate(clause.does, "finite"),
        "doing": conjugate(clause.does, "ing"),
    }
    return _sentence(_one(LONE_WORDS, rng), words)


def _clause(beat: Beat, who: int, rng: Rng) -> Clause:
    """Say what an object of a beat does; of two that are tied, what they do with each other."""
    other = ""
    if beat.tie is not None and who < 2:
        who, predicate = _one(TIE_WORDS[beat.tie], rng)
        other = _noun_phrase(beat.actors[1 - who], rng)
    else:
        predicate = _one(MOTION_WORDS[beat.actors[who].motion], rng)
    actor = beat.actors[who]
    words = {"other": other}
    if actor.icon.verbs:
        words["move"] = _one(actor.icon.verbs, rng)
    if actor.path.heading is not None:
        words |= {"a": OTHER_SIDE[actor.path.heading], "b": actor.path.heading}
    return Clause(who=_noun_phrase(actor, rng), does=predicate.format_map(words))


def _noun_phrase(actor: Actor, rng: Rng, *, most: int = 2) -> str:
    """Name an object with up to `most` of what can be said of its looks: a striped red cup, a child in a red jumper."""
    known = {"size": actor.size_word, "texture": _texture_word(actor), "colour": actor.word}
    said = _some([look for look, word in known.items() if word is not None], int(rng.integers(most + 1)), rng)
    size = [str(known[look]) for look in said if look == "size"]
    coat = [str(known[look]) for look in said if look != "size"]
    noun = _one(actor.icon.nouns, rng)
    if not actor.icon.wears:
        return with_article(" ".join([*size, *coat, noun]))
    garment = f" in {with_article(' '.join([*coat, actor.icon.wears]))}" if coat else ""
    return with_article(" ".join([*size, noun])) + garment


def _texture_word(actor: Actor) -> str | None:
    return None if actor.texture == "plain" else actor.texture


def _sentence(template: str, words: dict[str, str]) -> str:
    text = template.format_map(words)
    return f"{text[0].upper()}{text[1:]}."


def _one(options: Sequence[T], rng: Rng) -> T:
    return options[int(rng.integers(len(options)))]


def _some(options: Sequence[T], count: int, rng: Rng) -> list[T]:
    """Draw up to `count` different options, in the order they are listed."""
    chosen = rng.permutation(len(options))[:count]
    return [options[int(index)] for index in np.sort(chosen)]
