"""Encoders of which every value can be foretold, for stages that run them."""

import numpy as np


class Eye:
    """An image encoder of two layers: the first pixel and its row below; a constant one."""

    layers = ("corner", "final")

    def __init__(self):
        self.description = {"parameters": 3, "weights": "digest"}
        self.seen = 0

    def encode(self, frames):
        """Values of the upper and the lower left pixel and the upper right one."""
        self.seen += len(frames)
        flat = frames.astype(np.float32)
        return [
            np.stack([flat[:, 0, 0, 0], flat[:, -1, 0, 0], flat[:, 0, -1, 0]], axis=1),
            np.ones((len(frames), 2), np.float32),
        ]


class Watcher:
    """An encoder of clips that tells two steps apart, each the first pixel of its frames and when they stand."""

    layers = ("final",)

    def __init__(self, n_frames):
        self.description = {"parameters": 3, "weights": "digest"}
        self.n_frames = n_frames
        self.seen = 0

    def step_tensors(self, clips):
        """[batch, step * dim] of two steps."""
        self.seen += len(clips)
        pixels = clips[:, :, 0, 0, 0].astype(np.float32)
        half = clips.shape[1] // 2
        steps = np.stack([pixels[:, :half].mean(1), pixels[:, half:].mean(1)], axis=1)
        place = np.broadcast_to(np.array([1.0, 2.0], np.float32), steps.shape)
        return [np.stack([steps, place], axis=2).reshape(len(clips), -1)]

    def encode(self, clips):
        """[batch, dim], the mean of both steps."""
        return [layer.reshape(len(clips), 2, 2).mean(1) for layer in self.step_tensors(clips)]
