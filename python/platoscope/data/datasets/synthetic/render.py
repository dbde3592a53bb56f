"""Turns a story into its frames, uint8 [frame, size, size, 3].

A beat's background and objects are painted and graded once, then the objects are laid frame by frame.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.synthetic.actor import Actor
from platoscope.data.datasets.synthetic.grade import apply_grade
from platoscope.data.datasets.synthetic.scene import paint_scene
from platoscope.data.datasets.synthetic.sprite import Sprite, lay, make_sprite, resized
from platoscope.data.datasets.synthetic.story import Beat, Story

Pixels = NDArray[np.uint8]


def render(story: Story, *, size: int) -> Pixels:
    """Render a story, uint8 [frame, size, size, 3]."""
    frames = np.empty((story.beats[-1].end, size, size, 3), dtype=np.uint8)
    for beat in story.beats:
        frames[beat.first : beat.end] = paint_backdrop(beat, size=size)
        sprites = [paint_actor(actor, beat, size=size) for actor in beat.actors]
        for order in range(beat.first, beat.end):
            _lay_all(frames[order], beat.actors, sprites, time=beat_time(beat, order))
    return frames


def beat_time(beat: Beat, frame: int) -> float:
    """Give the time of a frame's middle within its beat, 0..1."""
    return (frame - beat.first + 0.5) / (beat.end - beat.first)


def paint_backdrop(beat: Beat, *, size: int) -> Pixels:
    """Paint and grade the place of a beat without its objects, uint8 [size, size, 3]."""
    rng = np.random.default_rng(beat.paint_seed)
    scene = paint_scene(beat.place.drawing, size=size, rng=rng, framing=beat.framing)
    return apply_grade(scene if beat.backdrop == "as drawn" else scene[:, ::-1], beat.grade)


def paint_actor(actor: Actor, beat: Beat, *, size: int) -> Sprite:
    """Draw and grade an object of a beat at its full size."""
    return make_sprite(
        actor.icon,
        coat=actor.coat,
        texture=actor.texture,
        pixels=actor.size * size,
        flipped=actor.flipped,
        grade=beat.grade,
    )


def _lay_all(frame: Pixels, actors: Sequence[Actor], sprites: Sequence[Sprite], *, time: float) -> None:
    """Lay the objects that are present on a frame, in place, those with the lower foot in front."""
    present = []
    for actor, sprite in zip(actors, sprites, strict=True):
        spot = actor.path.at(time)
        if spot is not None:
            present.append((spot, sprite))
    size = frame.shape[0]
    for (x, foot, share), sprite in sorted(present, key=lambda pair: pair[0][1]):
        lay(frame, resized(sprite, share), x=x * size, bottom=foot * size)
