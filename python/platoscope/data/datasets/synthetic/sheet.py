"""Turns clips into a contact sheet, uint8 [height, width, 3]: a row a clip, its frames across."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.synthetic.clip import Clip
from platoscope.errors import InputError

GAP = 2  # white pixels between pictures


def contact_sheet(clips: Sequence[Clip], *, columns: int) -> NDArray[np.uint8]:
    """Lay out `columns` frames of each clip, from the middles of as many equal spans of time.

    Raises
    ------
    InputError
        Where there is no clip, the clips differ in size, or columns is not 1..the frames of the shortest clip.
    """
    if not clips or len({clip.frames.shape[1:] for clip in clips}) != 1:
        raise InputError(f"{len(clips)} clips: at least one is needed, and all of one size")
    shortest = min(len(clip.frames) for clip in clips)
    if not 1 <= columns <= shortest:
        raise InputError(f"columns {columns!r}: 1..{shortest}, the frames of the shortest clip, are needed")
    side = clips[0].frames.shape[1] + GAP
    sheet = np.full((len(clips) * side - GAP, columns * side - GAP, 3), 255, dtype=np.uint8)
    for row, clip in enumerate(clips):
        middles = ((np.arange(columns) + 0.5) * len(clip.frames) / columns).astype(np.intp)
        for column, picture in enumerate(clip.frames[middles]):
            top, left = row * side, column * side
            sheet[top : top + side - GAP, left : left + side - GAP] = picture
    return sheet
