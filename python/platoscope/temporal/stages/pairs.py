"""What one encoder tells of the pairs of a question, by each readout, beside its own controls: entries of Table 1.

Step features become an entry, a dict of plain values: the share told rightly with its interval, null and curve over
layers, the same of a bag of frames, of twins, of a still clip, of mirrored and of unseen templates.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import EncodingError, InputError
from platoscope.store import TemporalStore
from platoscope.temporal.intervals import paired_gap
from platoscope.temporal.probes import Question
from platoscope.temporal.sign_flips import CHANCE, FEWEST
from platoscope.temporal.signs import PairProbe, protected_pairs
from platoscope.temporal.stages.clips import Clips, Pairs
from platoscope.temporal.stages.features_of import layer_differences, readouts_of, static_differences

Entry = dict[str, Any]
Settings = Mapping[str, Any]  # of ``protected_pairs``

TWINS_LEVEL = 0.99  # of the interval of the null in which twins have to be


def entries_of(store: TemporalStore, question: Question, clips: Clips, settings: Settings) -> Iterator[Entry]:
    """Give an entry for each readout that the encoder has.

    Raises
    ------
    InputError
        If the store lacks the pairs' variant.
    """
    if question.partner not in store.variants:
        raise InputError(
            f"{store.path} has no variant {question.partner!r}, which question {question.name} asks of: "
            "add it to temporal.changes"
        )
    pairs, bag = clips.pairs(question), None
    for name in readouts_of(store):
        if name == "bag" and question.protected:
            check_bag(store, question, pairs)
            entry = {**_tied(pairs, len(store.layers)), "outcomes": np.full(len(pairs), CHANCE)}
        else:
            entry = _entry(store, question, clips, pairs, name=name, settings=settings)
        if name == "bag":
            bag = entry["outcomes"]
        gap = _gap(entry["outcomes"], bag, pairs, question, settings)
        del entry["outcomes"]
        yield {
            "question": question.name,
            "readout": name,
            "class": "protected" if question.protected else "unprotected",
            **entry,
            **gap,
        }


def check_bag(store: TemporalStore, question: Question, pairs: Pairs) -> None:
    """Refuse features of which a bag of frames tells an order of the same frames: they are not those of frames alone.

    Raises
    ------
    EncodingError
        Naming the layer.
    """
    variants = ("fwd", question.partner)
    for layer, d in enumerate(layer_differences(store, variants, name="bag", rows=pairs.rows)):
        if d.any():
            raise EncodingError(
                f"{store.path}: the bag of layer {store.layers[layer]!r} differs between {' and '.join(variants)}, "
                "which have the same frames"
            )


def _tied(pairs: Pairs, layers: int) -> Entry:
    """What is told of pairs that are equal: nothing, of every one."""
    return {
        "n_pairs": len(pairs),
        "n_sources": len(set(pairs.sources.tolist())),
        "acc": CHANCE,
        "ci_low": CHANCE,
        "ci_high": CHANCE,
        "spread": 0.0,
        "p": 1.0,
        "layer": 0,
        "curve": [CHANCE] * layers,
        "curve_p": [1.0] * layers,
        "best": CHANCE,
        "p_max": 1.0,
        "null95_max": CHANCE,
        "calibrated": 0.0,
    }


def _entry(
    store: TemporalStore, question: Question, clips: Clips, pairs: Pairs, *, name: str, settings: Settings
) -> Entry:
    variants = ("fwd", question.partner)

    def told(some: Pairs, pair: tuple[str, str] = variants, **more: Any) -> PairProbe:
        d = layer_differences(store, pair, name=name, rows=some.rows)
        return protected_pairs(d, signs=some.signs, sources=some.sources, **{**settings, **more})

    few: Settings = {"repeats": 1, "flips": FEWEST}
    result = told(pairs)
    entry: Entry = {**_of_result(result), "outcomes": result.outcomes}
    entry |= _worst({twin: told(some, repeats=1) for twin, some in clips.twins(question).items()})
    if name != "bag":
        still = list(static_differences(store, name=name, rows=pairs.rows))
        is_told = any(d.any() for d in still)
        more = {**settings, **few}
        entry["static"] = protected_pairs(still, sources=pairs.sources, **more).acc if is_told else CHANCE
    for control, pair in (("mirror", question.mirrored), ("turned", question.turned)):
        if pair is not None and _known(store, pair, name):
            tested = layer_differences(store, pair, name=name, rows=pairs.rows)
            entry[control] = told(pairs, tested=tested, **few).acc
    if pairs.templates is not None and len(set(pairs.templates.tolist())) > 2:
        unseen = told(pairs, together=pairs.templates, **few)
        entry |= {"unseen": unseen.acc, "unseen_low": unseen.ci_low, "unseen_high": unseen.ci_high}
    return entry


def _known(store: TemporalStore, pair: tuple[str, str], name: str) -> bool:
    return name != "bag" and set(pair) <= set(store.variants)


def _of_result(result: PairProbe) -> Entry:
    return {
        "n_pairs": result.n,
        "n_sources": result.n_sources,
        "acc": result.acc,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "spread": result.spread,
        "p": result.p,
        "layer": result.layer,
        "curve": result.curve.tolist(),
        "curve_p": result.curve_p.tolist(),
        "best": float(result.curve.max()),
        "p_max": result.p_max,
        "null95_max": result.null95_max,
        "calibrated": result.calibrated,
    }


def _worst(told: Mapping[str, PairProbe]) -> Entry:
    """Of the twins those that are the least likely to be at chance, with the interval in which they have to be."""
    if not told:
        return {}
    result = min(told.values(), key=lambda one: one.p)
    low, high = result.null_interval(TWINS_LEVEL)
    return {"twin": result.acc, "twin_p": result.p, "twin_low": low, "twin_high": high, "twin_pairs": result.n}


def _gap(
    outcomes: NDArray[np.float64],
    bag: NDArray[np.float64] | None,
    pairs: Pairs,
    question: Question,
    settings: Settings,
) -> Entry:
    """What is gained over a bag of the same encoder's frames; of a protected pair every bag is at chance."""
    if bag is None and not question.protected:
        return {}
    others = np.full(len(pairs), CHANCE) if bag is None else bag
    numbers = np.unique(pairs.sources, return_inverse=True)[1]
    some = {name: settings[name] for name in ("draws", "level", "seed")}
    gap = paired_gap(outcomes, others, numbers, **some)
    told = {} if bag is None else {"bag": float(np.mean(bag))}
    return {**told, "gap": gap.gap, "gap_low": gap.ci_low, "gap_high": gap.ci_high}
