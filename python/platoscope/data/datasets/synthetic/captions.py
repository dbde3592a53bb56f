"""Turns a story into twelve different captions, each about one aspect: a whole beat, an order, a cut, or one object.

Captions say what the frames show: colour words are those of the graded colours, sides are read from the mirrored
paths, and what has no undoubted word is left out. What a caption says is drawn first and how it says it afterwards, so
that it can be said again in other words. No caption of a clip repeats another.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
Looks = Mapping[str, str]  # what is said of an object's looks: size, texture, colour
CAPTIONS = 12
REWORDINGS = 9  # of each caption
ORDERS, CUTS = 3, 2  # at most; the rest are whole beats, one each, and single objects
OTHER_SIDE = {"left": "right", "right": "left"}
_TRIES = 2000  # for wordings that are new; of a dozen possible ones nine are found within a few dozen


@dataclass(frozen=True)
class Caption:
    """A caption, what it is about (`beat`, `order`, `cut` or `object`) and the beats it speaks of, from 0.

    `rewordings` say the same of the same objects in other words.
    """

    text: str
    kind: str
    beats: tuple[int, ...]
    rewordings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Telling:
    """What will be told: `word` puts it into words, others each time."""

    kind: str
    beats: tuple[int, ...]
    word: Callable[[Rng], str]


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
    """Tell a story in CAPTIONS different captions, each with REWORDINGS of it."""
    plan = _plan(story, rng)
    texts: list[str] = []
    for telling in plan:
        texts += _new(telling, rng, count=1, told=texts)
    return tuple(
        Caption(text, telling.kind, telling.beats, tuple(_new(telling, rng, count=REWORDINGS, told=[text])))
        for text, telling in zip(texts, plan, strict=True)
    )


def _new(telling: Telling, rng: Rng, *, count: int, told: Iterable[str]) -> list[str]:
    """Word something so many times, otherwise than what was told already."""
    known = set(told)
    found: list[str] = []
    for _ in range(_TRIES):
        if len(found) == count:
            return found
        text = telling.word(rng)
        if text not in known:
            known.add(text)
            found.append(text)
    raise RuntimeError(f"{telling.kind}: {len(found)} of {count} wordings found")  # tables of words are too small


def _plan(story: Story, rng: Rng) -> list[Telling]:
    """List what will be told, with everything that it says."""
    beats = story.beats
    plan = [
        Telling("beat", (order,), partial(_whole_beat, beat, _looks(beat, rng))) for order, beat in enumerate(beats)
    ]
    for pair in _some(list(combinations(range(len(beats)), 2)), ORDERS, rng):
        early, late = (_glimpsed(beats[order], rng) for order in pair)
        at_the_ends = pair == (0, len(beats) - 1)
        plan.append(Telling("order", pair, partial(_order, early, late, at_the_ends=at_the_ends)))
    for here, there in _some(list(pairwise(range(len(beats)))), CUTS, rng):
        plan.append(Telling("cut", (here, there), partial(_cut, beats[here], beats[there])))
    subjects = [(order, who) for order, beat in enumerate(beats) for who in range(len(beat.actors))]
    for order, who in _some(subjects, CAPTIONS - len(plan), rng):
        plan.append(Telling("object", (order,), partial(_object, beats[order], who, _looks(beats[order], rng))))
    return plan


def _whole_beat(beat: Beat, looks: Sequence[Looks], rng: Rng) -> str:
    clauses = [_clause(beat, 0, looks, rng)]
    if beat.tie is None:
        clauses.append(_clause(beat, 1, looks, rng))
    elif len(beat.actors) > 2:
        clauses.append(_clause(beat, 2, looks, rng))
    words = {"where": _one(beat.place.phrases, rng), "place": _one(beat.place.nouns, rng)}
    for name, clause in zip(("one", "two"), clauses, strict=False):
        words |= {name: clause.plain, f"{name}_ing": clause.ing}
    return _sentence(_one(BEAT_WORDS if len(clauses) == 2 else LONE_BEAT_WORDS, rng), words)


def _glimpsed(beat: Beat, rng: Rng) -> Callable[[Rng], str]:
    """Choose one object of a beat, to be named in its place: a bus on a city street."""
    who = int(rng.integers(min(2, len(beat.actors))))
    looks = _looks(beat, rng, most=1)[who]
    return lambda rng: f"{_noun_phrase(beat.actors[who], looks, rng)} {_one(beat.place.phrases, rng)}"


def _order(early: Callable[[Rng], str], late: Callable[[Rng], str], rng: Rng, *, at_the_ends: bool) -> str:
    template = _one((*ORDER_WORDS, *ENDS_WORDS) if at_the_ends else ORDER_WORDS, rng)
    return _sentence(template, {"early": early(rng), "late": late(rng)})


def _cut(here: Beat, there: Beat, rng: Rng) -> str:
    words = {
        "here": _one(here.place.nouns, rng),
        "there": _one(there.place.nouns, rng),
        "where": _one(there.place.phrases, rng),
    }
    return _sentence(_one(CUT_WORDS, rng), words)


def _object(beat: Beat, who: int, looks: Sequence[Looks], rng: Rng) -> str:
    clause = _clause(beat, who, looks, rng)
    words = {
        "who": clause.who,
        "does": conjugate(clause.does, "finite"),
        "doing": conjugate(clause.does, "ing"),
    }
    return _sentence(_one(LONE_WORDS, rng), words)


def _clause(beat: Beat, who: int, looks: Sequence[Looks], rng: Rng) -> Clause:
    """Say what an object of a beat does; of two that are tied, what they do with each other."""
    other = ""
    if beat.tie is not None and who < 2:
        who, predicate = _one(TIE_WORDS[beat.tie], rng)
        other = _noun_phrase(beat.actors[1 - who], looks[1 - who], rng)
    else:
        predicate = _one(MOTION_WORDS[beat.actors[who].motion], rng)
    actor = beat.actors[who]
    words = {"other": other}
    if actor.icon.verbs:
        words["move"] = _one(actor.icon.verbs, rng)
    if actor.path.heading is not None:
        words |= {"a": OTHER_SIDE[actor.path.heading], "b": actor.path.heading}
    return Clause(who=_noun_phrase(actor, looks[who], rng), does=predicate.format_map(words))


def _looks(beat: Beat, rng: Rng, *, most: int = 2) -> list[Looks]:
    """Choose for each object of a beat up to `most` of what can be said of its looks."""
    chosen: list[Looks] = []
    for actor in beat.actors:
        known = {"size": actor.size_word, "texture": _texture_word(actor), "colour": actor.word}
        sayable = [(look, word) for look, word in known.items() if word is not None]
        chosen.append(dict(_some(sayable, int(rng.integers(most + 1)), rng)))
    return chosen


def _noun_phrase(actor: Actor, looks: Looks, rng: Rng) -> str:
    """Name an object with what is said of its looks: a striped red cup, a child in a red jumper."""
    size = [word for look, word in looks.items() if look == "size"]
    coat = [word for look, word in looks.items() if look != "size"]
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
