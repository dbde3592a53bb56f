"""Grounds for clips out of a folder of pictures: float32 ``[size, size, 3]``, none of which is ever shipped."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import DataError, InputError

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp"))
_SHARE = 0.5  # of its light: what moves stays lighter


def pictures_of(folder: Path) -> list[Path]:
    """List the pictures of a folder by name.

    Raises
    ------
    InputError
        If there is no such folder, or none in it.
    """
    if not folder.is_dir():
        raise InputError(f"dataset.stills: {folder} is not a folder")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise InputError(f"dataset.stills: {folder} has no pictures ({', '.join(sorted(SUFFIXES))})")
    return found


def draw_still(folder: Path, *, rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Draw one of the pictures, its middle square, darkened; mirrored and upside down as often as not.

    Raises
    ------
    InputError
        As ``pictures_of``.
    DataError
        If it cannot be read.
    """
    from PIL import Image, ImageOps

    files = pictures_of(folder)
    file = files[rng.integers(len(files))]
    try:
        with Image.open(file) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (size, size), Image.Resampling.BICUBIC)
    except OSError as error:
        raise DataError(f"{file}: not a picture that can be read: {error}") from error
    down, across = 1 - 2 * rng.integers(0, 2, 2)
    return np.asarray(square, np.float32)[::down, ::across] * np.float32(_SHARE)
