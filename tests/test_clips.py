"""The clips profile on real clips, and its scores computed again from the stored features by NumPy alone."""

import csv
import json

import numpy as np
import pytest
import yaml

from conftest import ROOT, ProjectUnderTest


@pytest.fixture(scope="module")
def clips(make_project, shared_clips) -> ProjectUnderTest:
    """The profile with fewer frames and no untrained control, which these tests do not look at."""
    params = yaml.safe_load((ROOT / "profiles/clips.yaml").read_text())
    params["dataset"]["path"] = str(shared_clips)
    params["budgets"]["frames"] = [1, 4]
    params["encoders"]["video"] = {key: params["encoders"]["video"][key] for key in ("lite0", "mean_colour")}
    project = make_project(params)
    project.repro()
    return project


def features(project: ProjectUnderTest, side: str, key: str) -> tuple[list[str], list[np.ndarray]]:
    """Layer names and values [budget, sample, dim], read with zarr and nothing of ours."""
    import zarr

    group = zarr.open_group(str(project.root / f"data/features/{side}/{key}.zarr"), mode="r")
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
    rows = list(csv.DictReader((clips.root / "data/alignment/pairs.csv").read_text().splitlines()))
    text_names, text_layers = features(clips, "text", "minilm")
    texts = [neighbours(layer[0], 10) for layer in text_layers]
    video_names, video_layers = features(clips, "video", "lite0")
    checked = [row for row in rows if row["video"] == "lite0"]
    assert [int(row["n_f"]) for row in checked] == [1, 4]
    for budget, row in enumerate(checked):
        videos = [neighbours(layer[budget], 10) for layer in video_layers]
        score = np.array([[(a & b).sum() / (10 * len(a)) for b in texts] for a in videos])
        best = np.unravel_index(score.argmax(), score.shape)
        assert (row["video_layer_name"], row["text_layer_name"]) == (video_names[best[0]], text_names[best[1]])
        assert float(row["score"]) == pytest.approx(score.max(), abs=1e-9)


def test_real_clips_and_their_captions_align_at_eight_times_chance(clips):
    alignment = json.loads((clips.root / "results/alignment.json").read_text())
    assert alignment["n"] == 471
    assert alignment["chance"] == pytest.approx(10 / 470)
    assert alignment["pairs"]["lite0"]["minilm"]["score"] >= 8 * alignment["chance"]


def test_one_caption_a_clip_gives_the_law_of_frames_alone_or_says_that_there_is_none(clips):
    page = (clips.root / "results/report.html").read_text()
    laws = json.loads((clips.root / "results/scaling.json").read_text())["pairs"]
    assert "lite0" in page
    assert all("c_c" not in law for texts in laws.values() for law in texts.values())
