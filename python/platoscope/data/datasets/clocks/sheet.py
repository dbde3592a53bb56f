"""Turns families into a contact sheet, uint8 [height, width, 3]: a row a family and a row its twin, frames across."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.clip import Clip, make_clip
from platoscope.data.datasets.clocks.families import FAMILIES
from platoscope.errors import InputError

_GAP, _MARGIN = 2, 250  # pixels


def contact_sheet(
    *, families: Sequence[str] = tuple(FAMILIES), columns: int = 12, size: int = 64, index: int = 0, rung: int = 0
) -> NDArray[np.uint8]:
    """Lay out a clip of each family over one of its twin, with what it shows and its first caption beside it.

    Raises
    ------
    InputError
        As ``make_clip``, or where no family is named.
    """
    rows: list[tuple[str, Clip]] = []
    for name in families:
        entry = FAMILIES.get(name)
        for twin in (False, True):
            if entry is not None and entry.twins_alone and not twin:
                continue
            clip = make_clip(name, index, twin=twin, frames=columns, size=size, rungs=(rung,))
            shows = entry and (entry.twin if twin else entry.phenomenon)
            rows.append((f"{name}{' twin' if twin else ''}: {shows}\n{clip.captions[0]}", clip))
    if not rows:
        raise InputError("families: at least one is needed")
    return _laid_out(rows, columns=columns, size=size)


def write_contact_sheet(path: Path, **options: int) -> None:
    """Write the contact sheet of all families as a PNG; options as for ``contact_sheet``."""
    from PIL import Image

    sheet = Image.fromarray(contact_sheet(**options))  # type: ignore[arg-type]
    sheet.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def _laid_out(rows: Sequence[tuple[str, Clip]], *, columns: int, size: int) -> NDArray[np.uint8]:
    from textwrap import fill

    from PIL import Image, ImageDraw

    side = size + _GAP
    sheet = np.full((len(rows) * side - _GAP, _MARGIN + columns * side, 3), 255, np.uint8)
    for row, (_, clip) in enumerate(rows):
        for column, picture in enumerate(clip.frames):
            top, left = row * side, _MARGIN + column * side
            sheet[top : top + size, left : left + size] = picture
    image = Image.fromarray(sheet)
    pen = ImageDraw.Draw(image)
    for row, (text, _) in enumerate(rows):
        lines = "\n".join(fill(line, 42) for line in text.splitlines())
        pen.multiline_text((2, row * side + 2), lines, fill=(0, 0, 0), spacing=1)
    return np.asarray(image)
