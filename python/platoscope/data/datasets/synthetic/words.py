"""The grammar's wordings: verbs in two forms, and templates for motions, interactions, beats, orders and cuts.

A verb in angle brackets is conjugated, ``<drive>`` to ``drives`` or ``driving``; names in braces are filled in: {move}
the object's own way of getting about, {a} and {b} the sides it comes from and goes to, {other} the other object.
"""

import re
from collections.abc import Mapping

DOUBLING = frozenset({"hop", "stop", "swim", "run", "get", "jog", "bob", "pop", "trot", "strut", "plod"})

# What one object does in its beat, by its motion's name.
MOTION_WORDS: Mapping[str, tuple[str, ...]] = {
    "cross": (
        "<{move}> from {a} to {b}",
        "<cross> the picture towards the {b}",
        "<travel> over from the {a}",
        "<{move}> all the way across to the {b}",
    ),
    "arrive": (
        "<{move}> in from the {a} and <stop>",
        "<arrive> from the {a}",
        "<enter> on the {a} and <stay>",
    ),
    "depart": (
        "<{move}> off to the {b}",
        "<leave> on the {b}",
        "<disappear> over the {b} edge",
    ),
    "bounce": ("<bounce> up and down", "<bob> up and down", "<move> up and down"),
    "sway": ("<{move}> to and fro", "<move> from side to side", "<go> back and forth"),
    "loop": ("<{move}> in circles", "<loop> round and round", "<trace> a circle"),
    "rise": ("<rise> to the top", "<climb> upwards", "<{move}> upwards"),
    "sink": ("<sink> towards the bottom", "<come> down from the top", "<{move}> downwards"),
    "near": ("<come> closer", "<grow> larger and larger", "<{move}> towards us"),
    "far": ("<get> smaller and smaller", "<{move}> away from us", "<shrink> into the distance"),
    "rest": ("<stand> still", "<wait> quietly", "<stay> in one place"),
    "appear": ("<appear> halfway through", "<turn> up late", "<come> into view only later"),
    "vanish": ("<vanish> before the scene is over", "<disappear> halfway", "<stay> only a short while"),
}

# What two objects do, by the tie's name: whose clause it is (0 the first, 1 the second) and its predicate.
TIE_WORDS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "follow": (
        (1, "<follow> {other} to the {b}"),
        (1, "<chase> {other} towards the {b}"),
        (0, "<lead> the way to the {b} ahead of {other}"),
    ),
    "meet": (
        (0, "<meet> {other} in the middle"),
        (1, "<meet> {other} coming the other way"),
        (0, "<come> from the {a} to meet {other}"),
    ),
    "pass": (
        (0, "<pass> {other} on the way to the {b}"),
        (1, "<pass> {other} on the way to the {b}"),
        (0, "<go> past {other} in the opposite direction"),
    ),
    "circle": (
        (0, "<circle> around {other}"),
        (0, "<go> round and round {other}"),
        (0, "<make> rings around {other}"),
    ),
    "push": (
        (0, "<knock> {other} away to the {b}"),
        (0, "<shove> {other} off to the {b}"),
        (0, "<bump> {other} off to the {b}"),
    ),
    "jump": (
        (0, "<jump> over {other}"),
        (0, "<leap> across {other}"),
        (0, "<spring> over {other} on the way to the {b}"),
    ),
}

# A whole beat: {one} and {two} are clauses, plain (finite) or with `ing`; {where} a phrase, {place} a noun.
BEAT_WORDS = (
    "{where}, {one} while {two}",
    "{one} {where}, and {two}",
    "{where} there is {one_ing}, and {two_ing}",
    "we see {place} with {one_ing} and {two_ing}",
    "{place}: {one_ing}, {two_ing}",
    "{where}, {one} as {two}",
)
LONE_BEAT_WORDS = (
    "{where}, {one}",
    "{one} {where}",
    "{where} there is {one_ing}",
    "we see {place} with {one_ing}",
    "{place}: {one_ing}",
    "this part shows {one_ing} {where}",
)

# The order of two beats: {early} and {late} are objects in their places.
ORDER_WORDS = (
    "first {early}, then {late}",
    "{late} can be seen after {early}",
    "before {late}, there is {early}",
    "{early} comes earlier than {late}",
    "{early} and, later on, {late}",
)
ENDS_WORDS = (
    "the clip begins with {early} and ends with {late}",
    "it opens on {early} and closes on {late}",
)

# A cut between two beats: {here} and {there} are nouns of places, {where} says where the second is.
CUT_WORDS = (
    "the view cuts from {here} to {there}",
    "{here}, and then {there}",
    "we leave {here} and come to {there}",
    "after {here} the scene changes to {there}",
    "after {here}, the next scene plays {where}",
)

# One object alone: {who} is the object, {does} its predicate.
LONE_WORDS = ("{who} {does}", "watch {who} {doing}", "we see how {who} {does}", "{who}, {doing}")


def conjugate(text: str, form: str) -> str:
    """Put the bracketed verbs of a predicate into a form, `finite` (he drives) or `ing`."""
    ending = {"finite": finite, "ing": gerund}[form]
    return re.sub(r"<([a-z]+)>", lambda found: ending(found.group(1)), text)


def finite(verb: str) -> str:
    """Give the third person singular of a verb."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "zz", "o")) else "s")


def gerund(verb: str) -> str:
    """Give the present participle of a verb."""
    if verb in DOUBLING:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe")):
        return verb[:-1] + "ing"
    return verb + "ing"


def with_article(phrase: str) -> str:
    """Put `a` or `an` before a noun phrase; by sound for the words of the tables (a UFO, an orange bus)."""
    vowel = phrase[0] in "aeiou"
    return f"{'an' if vowel else 'a'} {phrase}"
