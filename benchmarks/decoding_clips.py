"""Makes the clips that decoding is timed on: H.264 of 720p with moving, grainy content, and a sample of real ones."""

from fractions import Fraction
from pathlib import Path
from tempfile import gettempdir

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RATE = 30
REAL = Path(__file__).parents[2] / "shared" / "clips" / "videos"
_HEIGHT, _WIDTH = 720, 1280
_VERSION = 1  # of what is made; another version is made anew


def real_clips(count: int) -> list[Path]:
    """Give a sample of the real clips in the order of their names; none where `../shared/clips` is absent."""
    paths = sorted(REAL.glob("*.mp4"))
    return paths[:: max(1, len(paths) // count)][:count]


def made_clip(seconds: int, gop: int) -> Path:
    """Make a clip by x264 (veryfast, crf 23, three B-frames, a key frame every `gop` frames) unless it is there."""
    folder = Path(gettempdir()) / "platoscope-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{_VERSION}-{seconds}s-{gop}.mp4"
    if not path.exists():
        part = path.with_suffix(".part.mp4")
        _encode(part, seconds * RATE, gop)
        part.rename(path)
    return path


def _encode(path: Path, frames: int, gop: int) -> None:
    import av

    options = {"preset": "veryfast", "crf": "23", "bf": "3", "g": str(gop), "sc_threshold": "0"}
    scene = _Scene(np.random.default_rng(0))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        # Tagged, since readers differ in what they take an untagged picture for.
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(scene.picture(number), format="rgb24")
            frame = picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base, frame.colorspace, frame.color_range = number, Fraction(1, RATE), 1, 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


class _Scene:
    """A textured ground under a moving camera, four things moving before it, and grain."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._ground = _texture(rng, _HEIGHT + 380, _WIDTH + 420)
        self._things = [_texture(rng, 240, 240) for _ in range(4)]
        self._grain = rng.normal(0, 3, (8, _HEIGHT, _WIDTH, 1)).astype(np.int8)

    def picture(self, number: int) -> NDArray[np.uint8]:
        """Give uint8 [height, width, 3]."""
        top, left = round(190 + 180 * np.cos(number / 130)), round(210 + 200 * np.sin(number / 90))
        picture = self._ground[top : top + _HEIGHT, left : left + _WIDTH].copy()
        for index, thing in enumerate(self._things):
            y, x = (
                round(half + half * np.sin(number / (step + 8 * index) + 2 * index))
                for half, step in ((240, 31), (520, 40))
            )
            picture[y : y + 240, x : x + 240] = thing
        grain = self._grain[number % len(self._grain)]
        grainy: NDArray[np.uint8] = np.clip(picture.astype(np.int16) + grain, 0, 255).astype(np.uint8)
        return grainy


def _texture(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """Give smooth noise of all scales, the coarse ones strongest: uint8 [height, width, 3]."""
    total = np.zeros((height, width, 3), np.float32)
    for octave in range(2, 9):
        noise = rng.normal(size=(2**octave, 2**octave, 3)).astype(np.float32)
        for channel in range(3):
            plane = Image.fromarray(noise[..., channel]).resize((width, height), Image.Resampling.BICUBIC)
            total[..., channel] += np.asarray(plane) / 1.7**octave
    low, high = total.min(), total.max()
    texture: NDArray[np.uint8] = ((total - low) * (255 / (high - low))).astype(np.uint8)
    return texture
