"""What the page says of Table 1, in sentences computed from its rows, so that text and pictures cannot disagree.

A question is told by an encoder where its row has no flag, its interval lies above the bag and q is at most 0.05.
"""

from collections.abc import Sequence

from platoscope.report.temporal.facts import ALPHA, CHANCE, Facts, Told, asked, joined, phenomenon
from platoscope.report.words import many, number


def lead(facts: Facts) -> str:
    """The answer in one breath: how many protected questions are told, and how many by more than pixels tell."""
    questions = facts.questions()
    if not questions:
        return "No question was asked that a bag of frames cannot answer, so nothing can be concluded about time."
    if not facts.trained:
        return "No trained encoder was asked: all rows are controls, and nothing can be concluded about training."
    told = [name for name in questions if _tellers(facts, *name)]
    best = [name for name in told if any(_beyond_controls(row) for row in _tellers(facts, *name))]
    usable = [name for name in questions if _usable(facts, *name)]
    of = f"Of {many(len(questions), 'protected question')}"
    if len(usable) < len(questions):
        of += f" ({len(questions) - len(usable)} without a row that may be used)"
    if not told:
        return f"{of} none is shown to be told by a trained encoder better than by a bag of its frames."
    these = "each of these" if len(best) == len(told) else f"{len(best)} of these" if best else "none of these"
    verb = "is" if len(told) == 1 else "are"
    return (
        f"{of} {len(told)} {verb} told by some trained encoder better than by a bag of its frames, and {these} clearly "
        "better than by every control beside it: bare pixels, motion, networks never trained."
    )


def answer(facts: Facts, probe: str, question: str) -> str:
    """What one question got for an answer."""
    rows = [told for told in facts.chosen(probe, question).values() if told.control is None]
    usable, tellers = _usable(facts, probe, question), _tellers(facts, probe, question)
    if not rows:
        return "No trained encoder was asked."
    if not usable:
        whose = "The only row is flagged" if len(rows) == 1 else f"All {len(rows)} rows are flagged"
        why = joined(sorted({flag for row in rows for flag in row.flags}))
        return f"{whose}, so that nothing may be concluded: {why}."
    best = max(usable, key=lambda told: told.acc)
    flagged = f" ({many(len(rows) - len(usable), 'flagged row')} left out)" if len(usable) < len(rows) else ""
    if not tellers:
        return (
            f"Not shown to be told by any of {many(len(usable), 'trained encoder')}{flagged}; the most is {_acc(best)}."
        )
    best = max(tellers, key=lambda told: told.acc)
    return (
        f"Told by {len(tellers)} of {many(len(usable), 'trained encoder')}{flagged}, best by {_acc(best)}; "
        f"{_beside(best)}{_unseen(best)}."
    )


def answers(facts: Facts, *, protected: bool = True) -> dict[str, list[tuple[str, str, str]]]:
    """Name, question in words and answer of everything that was asked, by probe."""
    told: dict[str, list[tuple[str, str, str]]] = {}
    for probe, question in facts.questions(protected=protected):
        line = (label(question), asked(probe, question), answer(facts, probe, question))
        told.setdefault(probe, []).append(line)
    return told


def label(question: str) -> str:
    """A question's short name: a phenomenon in a word."""
    return phenomenon(question)


def flags(facts: Facts) -> str:
    """How many rows are flagged and why."""
    rows = facts.rows
    flagged = [told for told in rows if told.flags]
    if not rows:
        return "There is no row."
    if not flagged:
        return f"None of the {many(len(rows), 'row')} is flagged."
    of = {name: sum(name in told["flags"].split() for told in flagged) for name in ("twin", "leak")}
    why = [f"{count} because {words}" for name, words in _WHY.items() if (count := of[name])]
    verb = "is" if len(flagged) == 1 else "are"
    return f"{len(flagged)} of {many(len(rows), 'row')} {verb} flagged, {joined(why)}; they count in no average."


def certainty(facts: Facts) -> str:
    """How many rows pass, of those that could."""
    tested = [t for t in facts.rows if t.number("q") is not None and not t.flags and t["readout"] != "bag"]
    passed = [told for told in tested if told.found]
    return (
        f"Of {many(len(tested), 'row')} without a flag that could tell more than a bag, {len(passed)} do so with an "
        f"interval above the bag and q up to {ALPHA:g}."
    )


def gravity(facts: Facts, probe: str, question: str) -> str:
    """What is said of a pair that a bag can tell: the gap, and whether the answer survives reversal."""
    rows = [told for told in facts.chosen(probe, question).values() if told.control is None and told.gap is not None]
    usable = [told for told in rows if not told.flags]
    if not usable:
        return "There is no row of a trained encoder that may be used."
    best = max(usable, key=lambda told: told.acc)
    gap, low, high = best.gap or (0.0, 0.0, 0.0)
    bag = best.number("bag")
    more = "more than" if low > 0 else "less than" if high < 0 else "not clearly other than"
    text = f"Best told by {_acc(best)}, {more} the bag of the same frames"
    text += f" ({number(bag)}, gap {number(gap)}, {_span(low, high)})." if bag is not None else "."
    turned = best.number("turned")
    if turned is not None:
        low, high = float(best["ci_low"]), float(best["ci_high"])
        same = "stays" if low <= turned <= high else "falls" if turned < low else "rises"
        learnt = " What was learnt is which way things move, not which way is down." if same == "falls" else ""
        text += f" On the same clips backwards, where the answer is the same, it {same} at {number(turned)}.".replace(
            "falls at", "falls to").replace("rises at", "rises to") + learnt  # fmt: skip
    return text


_WHY = {
    "twin": "their twins, which run the same both ways, are told apart",
    "leak": "sharpness, brightness or borders alone tell them",
}


def _usable(facts: Facts, probe: str, question: str) -> list[Told]:
    return [t for t in facts.chosen(probe, question).values() if t.control is None and not t.flags]


def _tellers(facts: Facts, probe: str, question: str) -> list[Told]:
    return [told for told in _usable(facts, probe, question) if told.found]


def _beyond_controls(told: Told) -> bool:
    """Whether the interval lies above every control that there is, of which there has to be one."""
    known = [value for name in _CONTROLS if (value := told.number(name)) is not None]
    return bool(known) and float(told["ci_low"]) > max(known)


_CONTROLS = {"pixels": "bare pixels", "flow": "motion alone", "random_init": "the same network never trained"}


def _beside(told: Told) -> str:
    """Whether that is more than what controls tell."""
    low, high = float(told["ci_low"]), float(told["ci_high"])
    known = [(words, value) for name, words in _CONTROLS.items() if (value := told.number(name)) is not None]
    if not known:
        return "there is no control beside it"
    parts: list[str] = []
    for words, of in (
        ("more than", [one for one in known if one[1] < low]),
        ("not clearly more than", [one for one in known if low <= one[1] <= high]),
        ("less than", [one for one in known if one[1] > high]),
    ):
        if of:
            parts.append(f"{words} {joined([f'{name} ({number(value)})' for name, value in of])}")
    return f"that is {', '.join(parts)}"


def _unseen(told: Told) -> str:
    unseen, low, high = (told.number(name) for name in ("unseen", "unseen_low", "unseen_high"))
    if unseen is None or low is None or high is None:
        return ""
    holds = "it holds" if low > CHANCE else "it is not shown to hold"
    return f"; on looks that were not trained on {holds} ({number(unseen)}, {_span(low, high)})"


def _acc(told: Told) -> str:
    ends: Sequence[float] = (float(told["ci_low"]), float(told["ci_high"]))
    return f"{told['encoder']} with {number(told.acc)} ({_span(*ends)})"


def _span(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"
