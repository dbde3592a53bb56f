"""Turns a family and a number into a clip: frames uint8 [frame, size, size, 3], captions with antonyms, labels.

A clip depends on its family, its number and the arguments alone, never on how many clips are made or on another clip.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.clock import centred
from platoscope.data.datasets.clocks.drawing import cells_picture, paint
from platoscope.data.datasets.clocks.families import FAMILIES
from platoscope.data.datasets.clocks.look import (
    COLOURS,
    RUNGS,
    STILL,
    draw_bystanders,
    draw_camera,
    draw_ground,
    draw_look,
)
from platoscope.data.datasets.clocks.scene import Camera, Look, Scene, Setting
from platoscope.data.datasets.clocks.stills import draw_still
from platoscope.errors import InputError

FPS = 16
GROUP = 4  # clips that make a template whole: both signs, told both ways


@dataclass(frozen=True, eq=False)
class Clip:
    """A rendered clip.

    Attributes
    ----------
    frames
        uint8 ``[frame, size, size, 3]``.
    captions, antonyms
        Three each; an antonym has the words of its caption in another order, and is true of the other clip of the pair.
    labels
        JSON values: ``family``, ``twin``, ``template``, ``seed`` (of the clips of a template), ``rung``, ``sign``,
        ``variant`` (what makes the other clip of the pair), ``relation``, and what the family has besides.
    """

    frames: NDArray[np.uint8]
    captions: tuple[str, ...]
    antonyms: tuple[str, ...]
    labels: dict[str, Any]

    @property
    def source(self) -> str:
        """What statistics keep together: ``clocks/FAMILY/TEMPLATE/SEED``."""
        family, template, seed = _family_name(self.labels), self.labels["template"], self.labels["seed"]
        return f"clocks/{family}/{template}/{seed}"


def make_clip(
    family: str,
    index: int,
    *,
    twin: bool = False,
    seed: int = 0,
    frames: int = 16,
    size: int = 96,
    templates: int = 30,
    rungs: Sequence[int] = (0,),
    stills: Path | None = None,
) -> Clip:
    """Make clip ``index`` of a family.

    Parameters
    ----------
    family
        One of ``FAMILIES``.
    index
        From 0; four in a row are of one template, with both signs told both ways.
    twin
        The clip of the twin, whose law is its own reversal.
    seed
        Of the whole set.
    frames, size
        Frames of a clip, an even number; side of the squares in pixels.
    templates
        Looks that the clips of a family have in turn, but for families that have a number of their own.
    rungs
        Of the ladder of nuisance, which templates have in turn: places in ``RUNGS``.
    stills
        Folder of pictures, for the rung that has one as its ground.

    Raises
    ------
    InputError
        Where an argument is outside what is said above.
    """
    _check(family, index=index, seed=seed, frames=frames, size=size, templates=templates, rungs=rungs)
    entry, code = FAMILIES[family], int.from_bytes(family.encode(), "big")
    count = entry.templates or templates
    template, number = index // GROUP % count, index % GROUP + GROUP * (index // (GROUP * count))
    look = draw_look(_generator(seed, code, template), roll=entry.roll, rung=rungs[template % len(rungs)])
    twin = twin or entry.twins_alone
    relation = (number + 1) // 2 % 2
    sign = 1 - 2 * (number % 2) if entry.signed else 1
    rng = _generator(seed, code, template, number, int(twin))
    setting = Setting(rng, frames, look, twin, sign, relation, template, number)
    scene = entry.law(setting)
    labels = {
        "family": family,
        "twin": twin,
        "template": template,
        "seed": number,
        "rung": look.rung,
        "sign": sign,
        "variant": entry.variant,
        "relation": ("before", "after")[relation],
        "colours": [look.light, look.dark],
    }
    captions, antonyms = zip(*scene.captions, strict=True)
    camera = draw_camera(rng, look=look, roll=entry.roll)
    pictures = _render(scene, look, camera, rng, frames=frames, size=size, stills=stills)
    return Clip(pictures, captions, antonyms, labels | scene.labels)


def clip_id(family: str, index: int, *, twin: bool = False) -> str:
    """Name a clip: G_00042, or G_twin_00042."""
    return f"{_family_name({'family': family, 'twin': twin})}_{index:05d}"


def listing(counts: Mapping[str, int], *, twins: int | None = None) -> Iterator[tuple[str, int, bool]]:
    """List the clips of a set as (family, index, twin): those of each family, then as many twins, or ``twins`` of each.

    Families of twins alone count as twins.
    """
    for family, n in counts.items():
        for twin in (False, True):
            if FAMILIES[family].twins_alone and not twin:
                continue
            for index in range(n if not twin or twins is None else twins):
                yield family, index, twin


def _render(
    scene: Scene,
    look: Look,
    camera: Camera,
    rng: np.random.Generator,
    *,
    frames: int,
    size: int,
    stills: Path | None,
) -> NDArray[np.uint8]:
    if scene.cells is not None:
        return cells_picture(scene.cells, size=size, on=COLOURS[look.light], off=_shade(COLOURS[look.dark]))
    drawn = frames // 2 if scene.turned else frames
    bystanders = draw_bystanders(rng, times=centred(drawn), rung=look.rung)
    if look.rung == STILL:
        if stills is None:
            raise InputError("rung 4 needs stills, a folder of pictures: name one, or lower rungs alone")
        ground = draw_still(stills, rng=rng, size=size)
    else:
        ground = draw_ground(rng, rung=look.rung, size=size)
    marks = (*bystanders, *scene.marks)
    weave = None if look.waves is None else (look.waves, float(rng.uniform(0, np.pi)))
    pictures = paint(marks, np.repeat(ground[None], drawn, axis=0), camera=camera, weave=weave)
    return np.concatenate([pictures, pictures[:, ::-1]]) if scene.turned else pictures


def _shade(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = (part // 3 for part in colour)
    return red, green, blue


def _generator(*entropy: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(entropy))


def _family_name(labels: Mapping[str, Any]) -> str:
    family, twin = str(labels["family"]), labels["twin"]
    return f"{family}_twin" if twin and not FAMILIES[family].twins_alone else family


def _check(family: str, *, index: int, seed: int, frames: int, size: int, templates: int, rungs: Sequence[int]) -> None:
    """Refuse arguments that make_clip does not take."""
    if family not in FAMILIES:
        raise InputError(f"family {family!r}: one of {', '.join(FAMILIES)} is needed")
    for name, value, least in (
        ("index", index, 0),
        ("seed", seed, 0),
        ("frames", frames, 4),
        ("size", size, 16),
        ("templates", templates, 1),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise InputError(f"{name} {value!r}: a whole number, at least {least}, is needed")
    if frames % 2:
        raise InputError(f"frames {frames}: an even number is needed, as half a clip is exchanged with the other")
    if not rungs or not set(rungs) <= set(range(len(RUNGS))):
        raise InputError(f"rungs {list(rungs)!r}: some of 0..{len(RUNGS) - 1} ({', '.join(RUNGS)}) are needed")
