"""Encoders that write down what they are shown, and a project whose stages up to ``samples`` have run."""

import numpy as np

from platoscope.data.rows import write_lines
from platoscope.project import Project
from platoscope.store import ClipFrames, FramesStore, write_frames

SIZE = 16
BLOCK = 16
N = 2 * BLOCK + 6  # three blocks, the last one short
FRAMES, CAPTIONS = (1, 2, 4), (1, 3)
LIMIT = 8


class Eye:
    """An image encoder of two layers that writes down every batch."""

    layers = ("mean", "final")

    def __init__(self):
        self.description = {"parameters": 3, "weights": "digest"}
        self.batches = []
        self.broken_at = None

    def encode(self, frames):
        """Mean of all values, and square roots of the first five."""
        self.batches.append(frames)
        flat = frames.reshape(len(frames), -1).astype(np.float32)
        mean = flat.mean(1, keepdims=True)
        if self.broken_at is not None:
            mean[flat[:, 0] == self.broken_at] = np.inf
        return [mean, np.sqrt(flat[:, :5])]

    @property
    def seen(self):
        """Frames of all batches but the first, which asks for the widths."""
        return np.concatenate(self.batches[1:]) if len(self.batches) > 1 else np.empty((0,))


class Watcher(Eye):
    """A video encoder of two layers that writes down every batch of clips."""

    def __init__(self, n_frames):
        super().__init__()
        self.n_frames = n_frames

    def encode(self, frames):
        """Mean of all values; a sum that depends on the order of the frames."""
        self.batches.append(frames)
        values = frames.reshape(*frames.shape[:2], -1).astype(np.float64)
        order = (values[..., 0] * (1 + np.arange(frames.shape[1]))).sum(1, keepdims=True)
        return [values.mean((1, 2))[:, None].astype(np.float32), np.sqrt(order).astype(np.float32)]


class Reader:
    """A text encoder that writes down every batch."""

    layers = ("hidden_0", "hidden_1")
    max_tokens = LIMIT

    def __init__(self):
        self.description = {"parameters": 3, "weights": "digest"}
        self.batches = []

    def lengths(self, texts):
        """Words."""
        return np.array([len(text.split()) for text in texts], np.int64)

    def encode(self, texts):
        """Letters; letters, their sum and how many are a."""
        self.batches.append(list(texts))
        vectors = np.array([[len(text), sum(map(ord, text)) % 997, text.count("a")] for text in texts], np.float32)
        return [vectors[:, :1], vectors]


def clip(rng, number):
    """Five frames of which the first pixel is the clip's number."""
    frames = rng.integers(0, 256, (5, SIZE, SIZE, 3)).astype(np.uint8)
    frames[:, 0, 0, 0] = number
    return ClipFrames(
        frames=frames,
        frame_index=np.arange(5, dtype=np.int32),
        pts_seconds=np.arange(5) / 10,
        choice={f"center/{n_f}": np.sort(rng.integers(0, 5, n_f)).astype(np.int32) for n_f in FRAMES},
        n_decoded=5 if number % 2 else 3,
        seconds=0.5,
        width=SIZE,
        height=SIZE,
        status="ok",
        note="",
    )


def write_project(root):
    """Every second of its clips takes part, in their order."""
    project, rng = Project(root), np.random.default_rng(0)
    clips = [clip(rng, number) for number in range(2 * N)]
    project.data.mkdir()
    choices = [f"center/{n_f}" for n_f in FRAMES]
    write_frames(project.frames, iter(clips), counts=[5] * len(clips), attributes={"size": SIZE, "choices": choices})
    rows = [2 * i + 1 for i in range(N)]
    write_lines(project.samples, ({"id": f"clip {row}", "source": None, "row": row} for row in rows))
    write_lines(
        project.captions,
        ({"id": f"clip {row}", "captions": [{"text": f"{row} {word}"} for word in "abc"]} for row in range(2 * N)),
    )
    return project


def frame_by_frame(project, row, n_f):
    """What an :class:`Eye` gives for a clip and a budget."""
    store, eye = FramesStore(project.frames), Eye()
    layers = [eye.encode(store.read(np.array([frame]))) for frame in store.choice("center", n_f)[row]]
    return [np.mean([layer[i][0] for layer in layers], axis=0, dtype=np.float64) for i in range(len(eye.layers))]
