"""Turns families into a contact sheet, uint8 [height, width, 3]: a row a family and a row its twin, frames across."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.clip import Clip, make_clip
from platoscope.data.datasets.clocks.families import FAMILIES
from platoscope.data.datasets.clocks.look import RUNGS
from platoscope.errors import InputError

_GAP, _MARGIN, _LETTERS = 2, 250, 42  # pixels, pixels, letters a line


def contact_sheet(
    *,
    families: Sequence[str] = tuple(FAMILIES),
    rungs: Sequence[int] = (0,),
    columns: int = 12,
    size: int = 64,
    index: int = 0,
) -> NDArray[np.uint8]:
    """Lay out a clip of each family over one of its twin, with what it shows and its first caption beside it.

    Each clip has ``columns`` frames; of several rungs of the ladder of nuisance each has rows of its own.

    Raises
    ------
    InputError
        As ``make_clip``, or where no family or no rung is named.
    """
    rows: list[tuple[str, Clip]] = []
    for family in families:
        for rung in rungs:
            for twin in (False, True):
                if twin or family not in FAMILIES or not FAMILIES[family].twins_alone:
                    clip = make_clip(family, index, twin=twin, frames=columns, size=size, rungs=(rung,))
                    rows.append((_text(family, clip, told=len(rungs) > 1), clip))
    if not rows:
        raise InputError("families and rungs: at least one of each is needed")
    return _laid_out(rows, columns=columns, size=size)


def write_contact_sheet(path: Path, **options: Any) -> None:
    """Write the contact sheet as a small PNG; options as for ``contact_sheet``."""
    from PIL import Image

    sheet = Image.fromarray(contact_sheet(**options))
    sheet.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def _text(family: str, clip: Clip, *, told: bool) -> str:
    entry, twin = FAMILIES[family], clip.labels["twin"]
    rung = f" ({RUNGS[clip.labels['rung']]})" if told else ""
    return f"{family}{' twin' if twin else ''}: {entry.twin if twin else entry.phenomenon}{rung}\n{clip.captions[0]}"


def _laid_out(rows: Sequence[tuple[str, Clip]], *, columns: int, size: int) -> NDArray[np.uint8]:
    from textwrap import fill

    from PIL import Image, ImageDraw

    side = size + _GAP
    sheet = np.full((len(rows) * side - _GAP, _MARGIN + columns * side - _GAP, 3), 255, np.uint8)
    for row, (_, clip) in enumerate(rows):
        for column, picture in enumerate(clip.frames):
            top, left = row * side, _MARGIN + column * side
            sheet[top : top + size, left : left + size] = picture
    image = Image.fromarray(sheet)
    pen = ImageDraw.Draw(image)
    for row, (text, _) in enumerate(rows):
        lines = "\n".join(fill(line, _LETTERS) for line in text.splitlines())
        pen.multiline_text((2, row * side + 2), lines, fill=(0, 0, 0), spacing=1)
    return np.asarray(image)
