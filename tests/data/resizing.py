"""What resizing is by its formula, slowly: columns by one bicubic step, rounded and kept from 0 to 255, then rows."""

import numpy as np


def cubic(x):
    """Keys' cubic with a = -1/2."""
    x = np.abs(x)
    near, far = (1.5 * x - 2.5) * x**2 + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def weights(length, start, stop, to):
    """What each value of a line gives to each of the result: [to, length]."""
    scale = (stop - start) / to
    if scale == 1 and start == int(start):
        return np.eye(length)[int(start) : int(stop)]
    centres = start + (np.arange(to) + 0.5) * scale
    found = cubic((np.arange(length) + 0.5 - centres[:, None]) / max(scale, 1))
    return found / found.sum(axis=1, keepdims=True)


def by_formula(picture, edges, to):
    """Resize the box left, top, right, bottom of [height, width, 3] to width and height; rows are not rounded."""
    left, top, right, bottom = edges
    down = weights(picture.shape[0], top, bottom, to[1])
    across = weights(picture.shape[1], left, right, to[0])
    columns = np.clip(np.rint(np.einsum("yr,rxc->yxc", down, picture.astype(float))), 0, 255)
    return np.clip(np.einsum("xr,yrc->yxc", across, columns), 0, 255)


def assert_as_the_formula(found, expected, *, share=0.02):
    """Hold bytes against the formula; where a column is nearly a half and is rounded the other way, a level is lost."""
    off = np.abs(found - expected)
    assert off.max() < 1.8
    assert (off > 0.52).mean() <= share


def smooth(rng, height, width):
    """A picture as nature has them, all scales, the coarse ones strongest: uint8 [height, width, 3], from 32 to 224."""
    rows, columns = np.arange(height)[:, None], np.arange(width)
    total = np.zeros((height, width, 3))
    for octave in range(1, 7):
        for _ in range(6):
            turn, phase = rng.uniform(0, 2 * np.pi, 2)
            pace = 2 * np.pi * 2**octave / max(height, width)
            wave = np.sin(pace * (np.cos(turn) * rows + np.sin(turn) * columns) + phase)
            total += wave[..., None] * rng.normal(size=3) / 1.7**octave
    total -= total.min(axis=(0, 1))
    return np.rint(32 + 192 * total / total.max(axis=(0, 1))).astype(np.uint8)
