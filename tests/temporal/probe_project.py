"""A project whose step features are made up: some know which way time goes, some leak, some know nothing."""

import numpy as np

from platoscope.data.rows import write_lines
from platoscope.params import parse_params
from platoscope.params.temporal import BASELINES
from platoscope.project import Project
from platoscope.store import digest_ids, write_temporal
from platoscope.temporal.passes import ORDERS, orders

FRAMES, DIM = 4, 5
FAMILIES = ("G", "D", "C", "G1", "G2")
EACH, TWINS = 24, 24
TREND = np.arange(FRAMES)[:, None] * np.array([1.0, 0, 0, 0, 0])


def rows_of_clocks():
    """Labels of the clips: families with their twins, three looks each, both signs as often."""
    rows = []
    for family in FAMILIES:
        for twin, count in ((False, EACH), (True, TWINS)):
            for number in range(count):
                sign = 1 if number % 2 or family not in ("C",) else -1
                rows.append({"family": family, "twin": twin, "template": number // 8, "seed": number, "sign": sign,
                             "rung": 0})  # fmt: skip
    return rows


def write_project(root, labels):
    """Samples and their labels."""
    project = Project(root)
    ids = [f"c{row}" for row in range(len(labels))]
    write_lines(project.samples, ({"id": id_, "source": id_, "row": row} for row, id_ in enumerate(ids)))
    write_lines(
        project.dataset / "videos.jsonl", ({"id": id_, "labels": one} for id_, one in zip(ids, labels, strict=True))
    )
    return project, ids


def steps_of(labels, *, knows, seed=0, of_twins=False, faint=1.0):
    """Steps [sample, frame, dim] of noise, to which a trend is added where an encoder knows of time."""
    steps = np.random.default_rng(seed).normal(size=(len(labels), FRAMES, DIM)) * faint
    for row, one in enumerate(labels):
        if knows and (of_twins or not one.get("twin")):
            steps[row] += one.get("sign", 1) * TREND
    return steps.astype(np.float32)


def write_frames_store(project, ids, key, steps, *, up=None):
    """A store of an encoder of frames of one layer beside one of noise; ``up`` is added where it is upside down."""
    flipped = steps if up is None else steps + up
    noise = np.random.default_rng(9).normal(size=steps.shape).astype(np.float32)

    def rows(values, other):
        return np.concatenate([part.swapaxes(0, 1) for part in (values, other, values)])

    passes = ["frames", "flip", "mirror"]
    attributes = {
        "samples": digest_ids(ids), "ids": ids, "passes": passes, "steps": FRAMES, "alone": [], "frames": FRAMES,
        "orders": orders(FRAMES), "budgets": [str(row) for row in range(3 * FRAMES)],
    }  # fmt: skip
    path = project.temporal_features("video", key)
    write_temporal(path, [("early", rows(noise, noise)), ("final", rows(steps, flipped))], attributes=attributes)


def write_windows_store(project, ids, key, middle, *, early, late):
    """A store of the artefacts of frames in three windows, steps [sample, frame, dim] each."""
    attributes = {
        "samples": digest_ids(ids), "ids": ids, "passes": ["frames", "early", "late"], "steps": FRAMES, "alone": [],
        "frames": FRAMES, "orders": orders(FRAMES), "budgets": [str(row) for row in range(3 * FRAMES)],
    }  # fmt: skip
    rows = np.concatenate([part.swapaxes(0, 1) for part in (middle, early, late)])
    write_temporal(project.temporal_features("video", key), [("final", rows)], attributes=attributes)


def write_clips_store(project, ids, key, steps, *, changes=("flip", "mirror")):
    """A store of an encoder of clips of one layer that has a vector a clip: steps weighted by when they are shown."""
    at = {name: np.array(order) for name, order in orders(FRAMES).items()}
    weights = np.array([-2.0, -1.0, 1.0, 3.0], np.float32)

    def seen(order):
        return np.einsum("t,std->sd", weights, steps[:, at[order]])

    passes = [*ORDERS, *changes, *(f"{change}_{order}" for change in changes for order in ("rev", "swap"))]
    values = [seen("fwd" if name in changes else name.rpartition("_")[2]) for name in passes]
    alone = ["frames", *(change for change in changes if change == "flip")]
    rows = np.concatenate([np.stack(values), *(steps.swapaxes(0, 1) for _ in alone)]).astype(np.float32)
    attributes = {
        "samples": digest_ids(ids), "ids": ids, "passes": passes, "steps": 1, "alone": alone, "frames": FRAMES,
        "orders": orders(FRAMES), "budgets": [str(row) for row in range(len(rows))],
    }  # fmt: skip
    write_temporal(project.temporal_features("video", key), [("final", rows)], attributes=attributes)


def write_text_store(project, ids, key, labels):
    """A store of an encoder of texts that reads the order of words."""
    rng = np.random.default_rng(5)
    what = rng.normal(size=(len(ids), DIM))
    way = np.array([one.get("sign", 1) for one in labels])[:, None] * rng.normal(size=(len(ids), DIM))
    rows = np.stack([what + way, what - way]).astype(np.float32)
    attributes = {
        "samples": digest_ids(ids), "ids": ids, "passes": ["captions", "antonyms"], "steps": 1, "alone": [],
        "frames": 1, "orders": {}, "budgets": ["captions 0", "antonyms 0"],
    }  # fmt: skip
    write_temporal(project.temporal_features("text", key), [("final", rows)], attributes=attributes)


def params(*, video, probes, text=(), untrained=None, **more):
    """Params of the encoders whose stores were written, with few flips and draws."""
    entry = {"family": "pixels", "kind": "mean_colour"}
    told = {"family": "hf_text", "checkpoint": "model"}
    baselines = {name: name for name in ("pixels", "flow", "artefact")}
    kinds = {key: {"family": "pixels", "kind": kind} for key, kind in BASELINES.items()}
    temporal = {"video": {**dict.fromkeys(video, entry), **kinds}, "text": dict.fromkeys(text, told),
                "probes": list(probes), "report": ["temporal"], "frames": FRAMES, "baselines": baselines,
                "untrained": untrained or {}, "flips": 99, "draws": 200, "repeats": 2, **more}  # fmt: skip
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "x"},
            "frames": {"size": 64},
            "budgets": {"frames": [FRAMES], "captions": [1]},
            "encoders": {"video": {"one": entry}, "text": {"two": told}},
            "alignment": {"k": 3},
            "temporal": temporal,
        }
    )
