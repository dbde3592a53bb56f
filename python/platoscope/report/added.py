"""What more captions add, and more frames: lines of every mode and sampler, and the parts of the gain.

All pairs of the best video and text encoders, whatever they are shown, become pictures with a line each; the parts of
the gain are those that the alignment stage found.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from platoscope.params.variants import encoder_of, variant_of
from platoscope.report.curves import AXES, Series, plot_budget
from platoscope.report.facts import Pair, best_pair
from platoscope.report.look import Picture, render_svg
from platoscope.report.words import many, percent

# What a line of each mode and sampler is called; the controls are those that show nothing new.
MODES = {
    "distinct": "distinct",
    "paraphrase": "paraphrases of one",
    "repeat": "one, repeated",
    "shuffled": "of other videos",
}
SAMPLERS = {
    "center": "over the whole clip",
    "linspace": "from end to end",
    "span": "in a row",
    "repeat": "one, repeated",
}
CONTROLS = ("repeat", "shuffled")
COMBINED = {"join": "joined to one text", "mean": "encoded one by one and averaged"}


@dataclass(frozen=True)
class Spread:
    """The scores at one number of captions over several orders of them."""

    n_c: int
    low: float
    high: float
    orders: int


@dataclass(frozen=True)
class Captions:
    """Modes of one way to combine captions: a picture, the pairs drawn in it, the parts of the gain, the orders."""

    combine: str
    picture: Picture
    pairs: Mapping[str, Pair]
    gain: Mapping[str, Any] | None
    orders: tuple[Spread, ...]

    @property
    def combined(self) -> str:
        """How captions become one vector, in words."""
        return COMBINED[self.combine]

    @property
    def said(self) -> str | None:
        """What share of the gain is coverage, in one sentence; ``None`` where there is no gain to share out."""
        return None if self.gain is None else shares_in_words(self.gain)

    @property
    def widest(self) -> Spread | None:
        """The number of captions at which their order matters most."""
        return max(self.orders, key=lambda spread: spread.high - spread.low, default=None)


@dataclass(frozen=True)
class Added:
    """All that there is to show: an entry a way to combine captions, and the samplers of the best video encoder."""

    captions: tuple[Captions, ...]
    frames: Picture | None
    samplers: Mapping[str, Pair]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.captions or self.frames)


def leading(pairs: Sequence[Pair]) -> list[Pair]:
    """Keep the pairs that the rest of the page is about: of each two encoders the first, whose captions come first."""
    found: dict[tuple[str, str], Pair] = {}
    for pair in pairs:
        found.setdefault((pair.store.video, encoder_of(pair.store.text)), pair)
    return list(found.values())


def added(pairs: Sequence[Pair], gains: Sequence[Mapping[str, Any]], *, params_text: str) -> Added:
    """Find what was shown in several ways: all ``pairs``, and ``gains`` as the alignment stage lists them."""
    best = best_pair(leading(pairs))
    own = [pair for pair in pairs if pair.store.video == best.store.video and _encoder(pair) == _encoder(best)]
    by_combine: dict[str, dict[str, Pair]] = {}
    for pair in own:
        variant = variant_of(pair.store.text)
        by_combine.setdefault(variant.combine, {})[variant.mode] = pair
    several = len(own) > 1
    captions = [_captions(combine, modes, gains) for combine, modes in by_combine.items() if several]
    samplers = _samplers(pairs, best, yaml.safe_load(params_text)["encoders"]["video"])
    if len(samplers) < 2:
        return Added(tuple(captions), None, {})
    frames = _drawn("frames", "added-frames", {SAMPLERS[name]: (name, pair) for name, pair in samplers.items()})
    return Added(tuple(captions), frames, {SAMPLERS[name]: pair for name, pair in samplers.items()})


def _captions(combine: str, modes: Mapping[str, Pair], gains: Sequence[Mapping[str, Any]]) -> Captions:
    lines = {words: (mode, modes[mode]) for mode, words in MODES.items() if mode in modes}
    names = {(pair.store.video, pair.store.text) for pair in modes.values()}
    gain = next((row for row in gains if (row["video"], row["text"]) in names), None)
    picture = _drawn("captions", f"added-captions-{combine}", lines or dict(zip(modes, modes.items(), strict=True)))
    return Captions(combine, picture, {words: pair for words, (_, pair) in lines.items()}, gain, _orders(modes))


def _drawn(axis: str, name: str, lines: Mapping[str, tuple[str, Pair]]) -> Picture:
    """Draw the pairs of some modes or samplers, named in words, against one budget."""
    series = [_series(pair, axis, words, control=kind in CONTROLS) for words, (kind, pair) in lines.items()]
    first = next(pair for _, pair in lines.values())
    figure = plot_budget(series, axis=axis, chance=first.chance, title=first.title)
    ends = "; ".join(f"{line.label} {line.score[0]:.3f} to {line.score[-1]:.3f}" for line in series)
    alt = (
        f"{first.store.video} and {_encoder(first)}, score against {AXES[axis]}: {ends}. Chance is {first.chance:.3f}."
    )
    return Picture(name, render_svg(figure), alt)


def _series(pair: Pair, axis: str, words: str, *, control: bool) -> Series:
    return replace(pair.series(axis), label=words, control=control, start=None)


def _orders(modes: Mapping[str, Pair]) -> tuple[Spread, ...]:
    """The spread over orders of the captions, the first of which is that of ``distinct``."""
    pairs = [pair for mode, pair in modes.items() if mode == "distinct" or mode.startswith("order")]
    if len(pairs) < 2:
        return ()
    by_number = zip(pairs[0].store.captions, *(pair.grid[-1].tolist() for pair in pairs), strict=True)
    return tuple(Spread(n_c, min(scores), max(scores), len(pairs)) for n_c, *scores in by_number)


def _samplers(pairs: Sequence[Pair], best: Pair, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Pair]:
    """By sampler the pairs of an encoder that is there with several; of such encoders the one with the best score."""
    alike: dict[str, dict[str, Pair]] = {}
    for pair in pairs:
        if pair.store.text == best.store.text and len(pair.store.frames) > 1:
            entry = entries[pair.store.video]
            same = json.dumps({name: value for name, value in entry.items() if name != "sampler"}, sort_keys=True)
            alike.setdefault(same, {})[entry.get("sampler", "center")] = pair
    several = [found for found in alike.values() if len(found) > 1]
    chosen = max(several, key=lambda found: max(pair.largest for pair in found.values()), default={})
    return {name: chosen[name] for name in SAMPLERS if name in chosen}


def _encoder(pair: Pair) -> str:
    return encoder_of(pair.store.text)


def shares_in_words(gain: Mapping[str, Any]) -> str | None:
    """Say in one sentence what share of a gain is coverage; ``None`` where there is no gain to share out."""
    parts = {part["name"]: part for part in gain["parts"] if part["share"] is not None}
    if not parts:
        return None
    last = list(parts)[-1]
    few, most = gain["n_c"]
    first = f"Of what {many(most, 'caption')} add to {few} ({gain['start']:.3f} to {gain['scores']['distinct']:.3f}), "
    said = [
        f"{percent(part['share'], 0)} is {name}{_ends(part, name == last)}" for name, part in reversed(parts.items())
    ]
    return first + (", ".join(said[:-1]) + " and " + said[-1] if len(said) > 1 else said[0]) + "."


def _ends(part: Mapping[str, Any], main: bool) -> str:  # noqa: FBT001
    return f" ({percent(part['interval'][0], 0)} to {percent(part['interval'][1], 0)})" if main else ""
