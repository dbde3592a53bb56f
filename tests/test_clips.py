"""The clips profile on real clips, and its scores computed again from the stored features by NumPy alone.

Of a run that just ended in this project, where its params are the profile's on those clips; else of a smaller one.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from conftest import ROOT


@pytest.fixture(scope="module")
def clips(make_project, request) -> Path:
    """Root of a project whose pipeline ran on the clips."""
    profile = yaml.safe_load((ROOT / "profiles/clips.yaml").read_text())
    here = yaml.safe_load((ROOT / "params.yaml").read_text())
    ran = (ROOT / "data/alignment/pairs.csv").exists()
    if ran and Path(here["dataset"]["path"]).parts[-2:] == ("shared", "clips"):
        assert here == {**profile, "dataset": here["dataset"]}
        return ROOT
    # With fewer frames and no untrained control, which these tests do not look at.
    profile["dataset"]["path"] = str(request.getfixturevalue("shared_clips"))
    profile["budgets"]["frames"] = [1, 4]
    profile["encoders"]["video"] = {key: profile["encoders"]["video"][key] for key in ("lite0", "mean_colour")}
    project = make_project(profile)
    project.repro()
    return project.root


def features(root: Path, side: str, key: str) -> tuple[list[str], list[np.ndarray]]:
    """Layer names and values [budget, sample, dim], read with zarr and nothing of ours."""
    import zarr

    group = zarr.open_group(str(root / f"data/features/{side}/{key}.zarr"), mode="r")
    names = list(group.attrs["layers"])
    return names, [np.asarray(group[f"layer/{i:03d}"][...], np.float64) for i in range(len(names))]


def neighbours(x: np.ndarray, k: int) -> np.ndarray:
    """Membership [sample, sample] of the k nearest by cosine after the clip at the 0.95 quantile of |x|."""
    bound = np.quantile(np.abs(x), 0.95)
    x = np.clip(x, -bound, bound)
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    similarity = x @ x.T
    np.fill_diagonal(similarity, -np.inf)
    member = np.zeros(similarity.shape, bool)
    np.put_along_axis(member, np.argsort(-similarity, axis=1)[:, :k], True, axis=1)
    return member


def test_numpy_finds_the_same_best_layers_and_scores(clips):
    rows = list(csv.DictReader((clips / "data/alignment/pairs.csv").read_text().splitlines()))
    text_names, text_layers = features(clips, "text", "minilm")
    texts = [neighbours(layer[0], 10) for layer in text_layers]
    video_names, video_layers = features(clips, "video", "lite0")
    checked = [row for row in rows if row["video"] == "lite0"]
    budgets = yaml.safe_load((clips / "params.yaml").read_text())["budgets"]["frames"]
    assert [int(row["n_f"]) for row in checked] == budgets
    for budget, row in enumerate(checked):
        videos = [neighbours(layer[budget], 10) for layer in video_layers]
        score = np.array([[(a & b).sum() / (10 * len(a)) for b in texts] for a in videos])
        best = np.unravel_index(score.argmax(), score.shape)
        assert (row["video_layer_name"], row["text_layer_name"]) == (video_names[best[0]], text_names[best[1]])
        assert float(row["score"]) == pytest.approx(score.max(), abs=1e-9)


def test_real_clips_and_their_captions_align_at_eight_times_chance(clips):
    alignment = json.loads((clips / "results/alignment.json").read_text())
    assert alignment["n"] == 471
    assert alignment["chance"] == pytest.approx(10 / 470)
    assert alignment["pairs"]["lite0"]["minilm"]["score"] >= 8 * alignment["chance"]


def test_one_caption_a_clip_gives_the_law_of_frames_alone_or_says_that_there_is_none(clips):
    page = (clips / "results/report.html").read_text()
    laws = json.loads((clips / "results/scaling.json").read_text())["pairs"]
    assert "lite0" in page
    assert all("c_c" not in law for texts in laws.values() for law in texts.values())
