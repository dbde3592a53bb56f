"""Turns a seed and an index into a clip: frames uint8 [frame, size, size, 3], twelve captions, and labels.

Clip i depends on (seed, i) and the arguments alone, never on how many clips are made or on another clip.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.synthetic.captions import tell
from platoscope.data.datasets.synthetic.labels import label
from platoscope.data.datasets.synthetic.render import render
from platoscope.data.datasets.synthetic.story import draw_story
from platoscope.errors import InputError

FPS = 16
SIZES = (32, 1024)
BEATS = (3, 6)  # fewer are no story; more leave no caption for single objects
LEAST_FRAMES_A_BEAT = 8


@dataclass(frozen=True)
class Clip:
    """A rendered story: frames uint8 [frame, size, size, 3] at `fps`, captions, and labels (JSON values).

    `paraphrases` are other wordings of every caption.
    """

    frames: NDArray[np.uint8]
    fps: int
    captions: tuple[str, ...]
    paraphrases: tuple[tuple[str, ...], ...]
    labels: dict[str, Any]


def make_clip(
    index: int, *, seed: int, size: int = 128, seconds: float = 5.0, beats: int = 4, coherence: float = 0.93
) -> Clip:
    """Make clip `index` of the set `seed`.

    Parameters
    ----------
    index, seed
        Not negative; together they settle everything that is random.
    size
        Side of the square frames in pixels, even, 32..1024.
    seconds
        Length of the clip; at least 8 frames a beat at 16 frames a second.
    beats
        Scenes of the clip, 3..6.
    coherence
        Probability that a beat is set in the clip's main theme, 0..1; otherwise it is set in another one.

    Raises
    ------
    InputError
        Where an argument is outside what is said above.
    """
    _check(index=index, seed=seed, size=size, seconds=seconds, beats=beats, coherence=coherence)
    rng = np.random.default_rng(np.random.SeedSequence((seed, index)))
    story = draw_story(rng, frames=round(seconds * FPS), beats=beats, coherence=coherence)
    captions = tell(story, rng)
    return Clip(
        frames=render(story, size=size),
        fps=FPS,
        captions=tuple(caption.text for caption in captions),
        paraphrases=tuple(caption.rewordings for caption in captions),
        labels=label(story, captions),
    )


def clip_id(index: int) -> str:
    """Name clip `index`: story_00042; InputError where the index is negative or no whole number."""
    _check_whole("index", index, least=0)
    return f"story_{index:05d}"


def _check(*, index: int, seed: int, size: int, seconds: float, beats: int, coherence: float) -> None:
    """Refuse arguments that make_clip does not take."""
    _check_whole("index", index, least=0)
    _check_whole("seed", seed, least=0)
    _check_whole("size", size, least=SIZES[0], most=SIZES[1])
    _check_whole("beats", beats, least=BEATS[0], most=BEATS[1])
    if size % 2:
        raise InputError(f"size {size}: an even number of pixels is needed (H.264 halves the colour planes)")
    _check_number("coherence", coherence, least=0.0, most=1.0)
    _check_number("seconds", seconds, least=LEAST_FRAMES_A_BEAT * beats / FPS, most=600.0)


def _check_whole(name: str, value: int, *, least: int, most: int | None = None) -> None:
    top = "" if most is None else f" and at most {most}"
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        raise InputError(f"{name} {value!r}: a whole number, at least {least}{top}, is needed")


def _check_number(name: str, value: float, *, least: float, most: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not least <= value <= most:
        raise InputError(f"{name} {value!r}: a number from {least:g} to {most:g} is needed")
