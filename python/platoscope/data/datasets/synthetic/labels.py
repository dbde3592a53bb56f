"""Turns a story and its captions into labels: what a clip shows, as JSON values.

They hold for the frames as they are, after mirroring and grading.
"""

from dataclasses import asdict
from typing import Any

from platoscope.data.datasets.synthetic.actor import Actor
from platoscope.data.datasets.synthetic.captions import Caption
from platoscope.data.datasets.synthetic.render import beat_time
from platoscope.data.datasets.synthetic.sprite import proportions
from platoscope.data.datasets.synthetic.story import Beat, Story


def label(story: Story, captions: tuple[Caption, ...]) -> dict[str, Any]:
    """Label a clip: `theme`, `order` (the places by beat), `beats`, and `captions` (what each is about)."""
    return {
        "theme": story.theme,
        "order": [beat.place.nouns[0] for beat in story.beats],
        "beats": [_label_beat(beat) for beat in story.beats],
        "captions": [{"kind": caption.kind, "beats": list(caption.beats)} for caption in captions],
    }


def _label_beat(beat: Beat) -> dict[str, Any]:
    """Label a beat; frames are first..end-1, `interaction` is between the first two objects."""
    grade = asdict(beat.grade)
    return {
        "theme": beat.theme,
        "scene": beat.place.nouns[0],
        "first_frame": beat.first,
        "end_frame": beat.end,
        "backdrop": beat.backdrop,
        "grade": grade | {"balance": list(beat.grade.balance)},
        "interaction": beat.tie,
        "objects": [_label_actor(actor, beat) for actor in beat.actors],
    }


def _label_actor(actor: Actor, beat: Beat) -> dict[str, Any]:
    """Label an object; `seen` lists frame, x and foot (shares of the frame) where it is first and last seen."""
    frames = seen_frames(actor, beat)
    return {
        "object": actor.name,
        "colour": actor.word,
        "size": actor.size_word,
        "share_of_frame": round(actor.size, 4),
        "texture": actor.texture,
        "facing": actor.flipped,
        "motion": actor.motion,
        "heading": actor.path.heading,
        "seen": [_sighting(actor, beat, frame) for frame in (frames[0], frames[-1])],
    }


def _sighting(actor: Actor, beat: Beat, frame: int) -> dict[str, float]:
    spot = actor.path.at(beat_time(beat, frame))
    assert spot is not None  # seen_frames lists frames in which it is present
    return {"frame": frame, "x": round(spot[0], 4), "foot": round(spot[1], 4)}


def seen_frames(actor: Actor, beat: Beat) -> list[int]:
    """List the frames in which a quarter or more of an object's width is inside the picture, hidden or not."""
    width = proportions(actor.name)[0] * actor.size
    seen = []
    for frame in range(beat.first, beat.end):
        spot = actor.path.at(beat_time(beat, frame))
        if spot is not None:
            x, _, share = spot
            half = width * share / 2
            if min(x + half, 1.0) - max(x - half, 0.0) >= 0.25 * 2 * half:
                seen.append(frame)
    return seen
