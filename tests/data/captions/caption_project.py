"""Projects that are as far as the ``captions`` stage: captions of a data set, and a store of tiny frames."""

import numpy as np

from platoscope.data.captions import stage
from platoscope.data.rows import read_lines, write_lines
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.store import ClipFrames, digest_ids, write_frames

SIZE = 8


def params(captions, *, budget=1, frames=(1, 2)):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "clips"},
            "frames": {"size": SIZE},
            "captions": captions,
            "budgets": {"frames": list(frames), "captions": [budget]},
            "encoders": {
                "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text"}},
            },
        }
    )


def clip(sample, *, status="ok"):
    n = 0 if status == "failed" else 2
    frames = np.full((n, SIZE, SIZE, 3), 10 * sample % 256, np.uint8)
    frames[1:] += 1
    choice = {"center/1": np.array([0], np.int32), "center/2": np.array([0, 1], np.int32)} if n else {}
    note = "no video stream" if status == "failed" else ""
    return ClipFrames(frames, np.arange(n, dtype=np.int32), np.arange(n) / 2, choice, n, 1.0, SIZE, SIZE, status, note)


def make_project(root, texts, *, failed=()):
    """A project whose samples ``s0``, ``s1``, ... have one caption each, or lists of them."""
    project = Project(root)
    rows = [{"id": f"s{i}", "captions": [one] if isinstance(one, str) else one} for i, one in enumerate(texts)]
    write_lines(project.dataset / "captions.jsonl", rows)
    videos = [{"id": row["id"], "path": "", "made": False, "digest": "", "source": None} for row in rows]
    write_lines(project.dataset / "videos.jsonl", videos)
    (project.dataset / "absent.csv").write_text("id,reason\n")
    clips = [clip(i, status="failed" if i in failed else "ok") for i in range(len(rows))]
    attributes = {
        "videos": digest_ids(row["id"] for row in rows),
        "size": SIZE,
        "fit": "crop",
        "choices": ["center/1", "center/2"],
    }
    write_frames(project.frames, clips, counts=[len(one.frames) for one in clips], attributes=attributes)
    return project


def written(project):
    """The lines of the stage, by id."""
    return {row["id"]: row for row in read_lines(project.captions)}


def run(project, captions, **more):
    line = stage.run(params(captions, **more), project)
    return line, written(project)
