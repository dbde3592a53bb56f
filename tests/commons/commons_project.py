"""Small projects of files alone: params with comments, samples, captions, and features of an encoder a side."""

import numpy as np

from platoscope.data.rows import write_lines
from platoscope.params import read_params
from platoscope.project import Project
from platoscope.store import digest_ids, write_features

IDS = [f"clip_{row}" for row in range(6)]
FRAMES, CAPTIONS = (1, 4), (1, 2)
MODES = (("distinct", "join"), ("distinct", "mean"))

PARAMS = """\
# What this project is about.
dataset:
  source: folder
  path: clips # here
frames: {size: 32, samplers: [center, span]} # in one line
captions:
  combine: [join, mean]
budgets:
  frames: [1, 4]
  captions: [1, 2]
encoders:
  video: # eyes
    colour: # the only one
      family: pixels
      kind: mean_colour # of a frame

    # and nobody else
  text:
    words:
      family: hf_text
      checkpoint: a/b
neighbours:
  depth: 4 # of six
alignment:
  k: 2
"""


def layers_of(n, budgets, seed=0):
    """Three layers, the last of which does not fit into half precision."""
    rng = np.random.default_rng(seed)
    first, second = (rng.standard_normal((budgets, n, dim)).astype(np.float16).astype(np.float32) for dim in (3, 5))
    return {"blocks.0": first, "blocks.1": second, "final": rng.standard_normal((budgets, n, 4)).astype("f4") * 1e6}


def put_features(project, side, key, *, ids=IDS, seed=0, layers=None, **attributes):
    place = project.features(side, key)
    place.parent.mkdir(parents=True, exist_ok=True)
    numbers = FRAMES if side == "video" else CAPTIONS * len(MODES)
    told = {"samples": digest_ids(ids), "ids": list(ids), "budgets": list(numbers)}
    told["entry"] = {"family": "pixels", "kind": "mean_colour"}
    told["encoder"] = {"parameters": 7, "normed": [], "preprocessing": {"size": 32}}
    if side == "video":
        told["sampler"] = "center"
    else:
        told["variants"] = [list(mode) for mode in MODES for _ in CAPTIONS]
    layers = layers or layers_of(len(ids), len(numbers), seed)
    write_features(place, layers.items(), attributes=told | attributes)
    return place


def make_files(root, *, ids=IDS, params=PARAMS, video="colour", text="words", seed=0):
    """A project whose stages ran, as far as features."""
    root.mkdir(parents=True, exist_ok=True)
    project = Project(root)
    project.params.write_text(params)
    write_lines(project.samples, [{"id": id_, "source": None, "row": row} for row, id_ in enumerate(ids)])
    write_lines(
        project.dataset / "videos.jsonl",
        [{"id": id_, "path": f"{id_}.mp4", "made": False, "digest": f"{row:064x}"} for row, id_ in enumerate(ids)],
    )
    captions = [{"id": id_, "captions": [{"text": f"{id_} {n}"} for n in range(3)]} for id_ in ids]
    write_lines(project.captions, captions)
    put_features(project, "video", video, ids=ids, seed=seed)
    put_features(project, "text", text, ids=ids, seed=seed + 1)
    return project


def entry_of(project, side, key):
    return read_params(project.params).encoders.of(side)[key]
