"""The alignment stage on tiny stores: every cell is the metric of its tables, for every metric over neighbours."""

import csv
import json

import numpy as np
import pytest

from platoscope.alignment.agreement import chance_of, score_matrix
from platoscope.alignment.scores import METRICS
from platoscope.alignment.stages import pairs
from platoscope.errors import InputError, StoreError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.store import digest_ids, read_alignment, write_neighbours

N, DEPTH, K = 30, 8, 5
LAYERS = {("video", "big"): 3, ("video", "small"): 1, ("text", "words"): 2}
BUDGETS = {"video": [1, 4], "text": [1, 2, 3]}
IDS = [f"clip_{row}" for row in range(N)]


def table(budgets, layers, seed):
    """Neighbours [budget, layer, sample, depth] that have some order in common with those of other seeds."""
    shared = np.random.default_rng(99).random((N, N))
    order = shared + np.random.default_rng(seed).random((budgets, layers, N, N))
    order[..., np.arange(N), np.arange(N)] = 9
    return order.argsort(axis=3)[..., :DEPTH].astype(np.int32)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with neighbours and nothing else."""
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    project = Project(tmp_path / "project")
    for seed, ((side, key), layers) in enumerate(LAYERS.items()):
        ids = table(len(BUDGETS[side]), layers, seed)
        ties = np.full((*ids.shape[:2], DEPTH), seed / 100)
        made = {
            "samples": digest_ids(IDS),
            "ids": IDS,
            "budgets": BUDGETS[side],
            "layers": list(map(str, range(layers))),
        }
        project.neighbours(side, key).parent.mkdir(parents=True, exist_ok=True)
        write_neighbours(project.neighbours(side, key), ids, ties, attributes=made)
    return project


def params(**alignment):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "clips"},
            "frames": {"size": 8},
            "budgets": {"frames": BUDGETS["video"], "captions": BUDGETS["text"]},
            "encoders": {
                "video": {key: {"family": "pixels", "kind": "thumbnail"} for side, key in LAYERS if side == "video"},
                "text": {"words": {"family": "hf_text", "checkpoint": "tiny"}},
            },
            "neighbours": {"depth": DEPTH},
            "alignment": {"k": K} | alignment,
        }
    )


@pytest.mark.parametrize("metric", METRICS)
def test_every_cell_is_the_metric_of_its_tables(project, metric):
    line = pairs.run(params(metric=metric), project)
    assert line.startswith(f"alignment by {metric}: 2 pairs, best ")
    words = table(3, 2, 2)
    tracked = json.loads((project.results / "alignment.json").read_text())
    for seed, pair in enumerate(read_alignment(project.alignment)):
        ids = table(2, LAYERS["video", pair.video], seed)
        assert (pair.metric, pair.k, pair.n, pair.chance) == (metric, K, N, chance_of(metric, samples=N, k=K))
        for f in range(2):
            for c in range(3):
                expected = score_matrix(ids[f], words[c], metric=metric, k=K)
                np.testing.assert_array_equal(pair.score[f, c], expected)
                own = METRICS[metric].score(pair.count[f, c].astype(float), K).mean()
                assert own == pytest.approx(expected[pair.fixed], rel=1e-12)
        assert pair.score[1, 2][pair.fixed] == pair.score[1, 2].max()
        assert tracked["pairs"][pair.video]["words"]["score"] == pair.score[1, 2].max()
    assert tracked["chance"] == chance_of(metric, samples=N, k=K)


def test_the_table_has_a_row_for_every_cell_and_says_the_ties_of_its_layers(project):
    pairs.run(params(), project)
    with (project.alignment / "pairs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["video"], row["n_f"], row["n_c"]) for row in rows] == [
        (video, str(f), str(c)) for video in ("big", "small") for f in (1, 4) for c in (1, 2, 3)
    ]
    for row in rows:
        assert float(row["score"]) >= float(row["fixed_score"]) > float(row["chance"]) == K / (N - 1)
        assert float(row["tie_share"]) == 0.02  # the larger one: of the words


def test_another_metric_of_the_same_tables_has_a_scratch_of_its_own(project):
    first = pairs.run(params(), project)
    assert pairs.run(params(metric="lcs_knn"), project) != first
    assert pairs.run(params(), project) == first
    assert len(list((project.scratch / "alignment").iterdir())) == 2


def test_a_k_that_the_tables_do_not_have_is_refused(project):
    deep = params().model_copy(update={"alignment": params().alignment.model_copy(update={"k": DEPTH + 1})})
    with pytest.raises(InputError, match=r"alignment\.k is 9, but .*big\.zarr holds 8 neighbours a sample"):
        pairs.run(deep, project)


def test_a_store_that_is_missing_is_named_with_what_gets_it(project):
    project.neighbours("video", "small").rename(project.data / "gone")
    with pytest.raises(StoreError, match=r"small\.zarr is missing: .* `dvc pull data/neighbours/video/small\.zarr`"):
        pairs.run(params(), project)
