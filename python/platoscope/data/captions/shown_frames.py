"""Frames of a sample that a model is shown: those of one budget, each once, as PNG files and as a digest."""

import hashlib
import io
import threading
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from platoscope.data.captions.prompt_files import Prompt
from platoscope.data.captions.questions import Question, of_frames
from platoscope.store import FramesStore


class ShownFrames:
    """The frames that ``sampler`` chooses for the budget ``n_f``, of a frames store."""

    def __init__(self, store: FramesStore, *, sampler: str, n_f: int) -> None:
        self._store, self._choice = store, store.choice(sampler, n_f)
        self._lock = threading.Lock()

    def question(self, id_: str, sample: int, *, n: int, prompt: Prompt) -> Question:
        """Ask for captions of one sample's frames; a short video has fewer than the budget."""
        frames = self._frames(sample)
        return of_frames(
            id_,
            n=n,
            prompt=prompt,
            n_images=len(frames),
            content=hashlib.sha256(repr(frames.shape).encode() + frames.tobytes()).hexdigest(),
            images=partial(self._images, sample),
        )

    def _frames(self, sample: int) -> NDArray[np.uint8]:
        with self._lock:
            return self._store.read(np.unique(self._choice[sample]))

    def _images(self, sample: int) -> tuple[bytes, ...]:
        return tuple(map(png_of, self._frames(sample)))


def png_of(frame: NDArray[np.uint8]) -> bytes:
    """A PNG file of a frame, uint8 [height, width, 3]."""
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG")
    return file.getvalue()
