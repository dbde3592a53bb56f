"""The similarity stage on tiny stores: every cell is the public metric, and neither tiles nor kills change a score."""

import csv
import json
import shutil

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from platoscope import metrics
from platoscope.alignment.clip.pooled import prh_threshold
from platoscope.alignment.stages import similarity, tiles
from platoscope.errors import InputError, StoreError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.scratch import digest_of
from platoscope.store import FeaturesStore, digest_ids, read_similarity, write_features

SAMPLES = 20
VIDEO = {"big": (12, 5, 8), "small": (6,)}  # key: dims of its layers
TEXT = {"words": (9, 7)}
BUDGETS = {"video": [1, 4, 8], "text": [1, 2]}
METRICS = {
    "cka": metrics.cka,
    "cka_rbf": lambda x, y, **more: metrics.cka(x, y, kernel="rbf", bandwidth=0.5, **more),
    "unbiased_cka": metrics.unbiased_cka,
    "cknna": lambda x, y, **more: metrics.cknna(x, y, k=4, **more),
    "svcca": lambda x, y, **more: metrics.svcca(x, y, components=3, **more),
    "rsa": lambda x, y, **more: metrics.rsa(x, y, distance="cosine", **more),
}


def put(project, side, key, dims, *, seed, samples=SAMPLES):
    """Write features of an encoder that agree with those of all others in part."""
    rng, ids = np.random.default_rng(seed), [f"clip_{row}" for row in range(samples)]
    shared = np.random.default_rng(99).normal(size=(samples, 4))
    attributes = {"samples": digest_ids(ids), "ids": ids, "budgets": BUDGETS[side]}
    shape = (len(BUDGETS[side]), samples)
    layers = [
        (f"layer_{number}", (shared @ rng.normal(size=(4, dim)) + rng.normal(size=(*shape, dim))).astype(np.float32))
        for number, dim in enumerate(dims)
    ]
    project.features(side, key).parent.mkdir(parents=True, exist_ok=True)
    write_features(project.features(side, key), layers, attributes=attributes)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with features and nothing else."""
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    project = Project(tmp_path / "project")
    for seed, (side, key, dims) in enumerate(
        (side, key, dims) for side, keys in (("video", VIDEO), ("text", TEXT)) for key, dims in keys.items()
    ):
        put(project, side, key, dims, seed=seed)
    return project


def params(*, clip="per_layer", **own):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "somewhere"},
            "frames": {"size": 64},
            "budgets": {"frames": BUDGETS["video"], "captions": BUDGETS["text"]},
            "encoders": {
                "video": {key: {"family": "pixels", "kind": "thumbnail"} for key in VIDEO},
                "text": {key: {"family": "hf_text", "checkpoint": "a/b"} for key in TEXT},
            },
            "neighbours": {"clip": clip, "quantile": 0.9},
            "similarity": {"bandwidth": 0.5, "k": 4, "components": 3, "distance": "cosine", **own},
        }
    )


def rows_of(store, layer, budget, *, clip, normalize):
    """A layer as the metrics are to see it."""
    rows = store.layer(layer, budget)
    if clip == "per_layer":
        limit = np.float32(np.quantile(np.abs(rows).astype(float), 0.9))
    elif clip == "prh":
        layers = [store.layer(other, budget) for other in range(len(store.layers))]
        limit = np.float32(prh_threshold(layers, quantile=0.9))
    rows = rows.astype(float) if clip == "none" else np.clip(rows, -limit, limit).astype(float)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) if normalize else rows


def expected(project, metric, *, clip="per_layer", normalize=True):
    """Scores of every pair, cell and pair of layers, one call of the public function each."""

    def layers(side, key):
        store = FeaturesStore(project.features(side, key))
        at = {"clip": clip, "normalize": normalize}
        return [
            [rows_of(store, layer, b, **at) for layer in range(len(store.layers))] for b in range(len(store.budgets))
        ]

    of = METRICS[metric]
    return {
        (video, text): [
            [[[of(x, y) for y in b] for x in a] for b in layers("text", text)] for a in layers("video", video)
        ]
        for video in VIDEO
        for text in TEXT
    }


@pytest.mark.parametrize("metric", METRICS)
def test_every_cell_is_what_the_public_metric_gives_for_its_two_layers(project, metric):
    similarity.run(params(), project, metric)
    pairs = read_similarity(project.similarity(metric))
    assert [(pair.video, pair.text) for pair in pairs] == [("big", "words"), ("small", "words")]
    wanted = expected(project, metric)
    for pair in pairs:
        assert pair.score.shape == (3, 2, len(VIDEO[pair.video]), 2)
        np.testing.assert_allclose(pair.score, wanted[pair.video, pair.text], rtol=1e-9)
        assert (pair.frames, pair.captions, pair.n) == ((1, 4, 8), (1, 2), SAMPLES)
        last = pair.score[-1, -1]
        assert last[pair.fixed] == last.max()


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("clip", ["none", "per_layer", "prh"])
def test_outliers_are_clipped_as_for_neighbours_before_rows_are_brought_to_length_1(project, clip, normalize):
    similarity.run(params(clip=clip, normalize=normalize), project, "cka")
    wanted = expected(project, "cka", clip=clip, normalize=normalize)
    for pair in read_similarity(project.similarity("cka")):
        np.testing.assert_allclose(pair.score, wanted[pair.video, pair.text], rtol=1e-9)


def test_the_table_and_the_tracked_metrics_follow_from_the_matrices(project):
    line = similarity.run(params(), project, "unbiased_cka")
    pairs = {(pair.video, pair.text): pair for pair in read_similarity(project.similarity("unbiased_cka"))}
    with (project.similarity("unbiased_cka") / "pairs.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 2 * 3 * 2
    assert tuple(table[0]) == similarity.COLUMNS
    for row in table:
        pair = pairs[row["video"], row["text"]]
        cell = pair.score[pair.frames.index(int(row["n_f"])), pair.captions.index(int(row["n_c"]))]
        best = int(row["video_layer"]), int(row["text_layer"])
        assert float(row["score"]) == cell.max() == cell[best]
        assert float(row["fixed_score"]) == cell[pair.fixed]
        assert (row["video_layer_name"], row["text_layer_name"]) == (f"layer_{best[0]}", f"layer_{best[1]}")
        assert (int(row["fixed_video_layer"]), int(row["fixed_text_layer"]), row["n"]) == (*pair.fixed, "20")
    tracked = json.loads((project.results / "similarity/unbiased_cka.json").read_text())
    tops = {video: {"words": {"score": pairs[video, "words"].score[-1, -1].max()}} for video in VIDEO}
    assert tracked == {"n": SAMPLES, "pairs": tops}
    best = max(tops, key=lambda video: tops[video]["words"]["score"])
    score = tops[best]["words"]["score"]
    assert line == f"similarity@unbiased_cka: 2 pairs, best {best}:words {score:.4f} at the largest budgets (N = 20)"


@pytest.mark.parametrize("metric", METRICS)
def test_tiles_of_any_size_give_the_same_scores(project, monkeypatch, metric):
    similarity.run(params(), project, metric)
    whole = read_similarity(project.similarity(metric))
    for size, count in ((1, 6 * 2), (8 * SAMPLES * (12 + 5 + 8) * 2, 2 * 1)):
        monkeypatch.setattr(tiles, "TILE_BYTES", size)
        monkeypatch.setenv("PLATOSCOPE_WORK", str(project.root / f"work_{size}"))
        similarity.run(params(), project, metric)
        assert len(list(project.scratch.glob("*/*/blocks/*.npy"))) == count
        for one, other in zip(whole, read_similarity(project.similarity(metric)), strict=True):
            np.testing.assert_allclose(one.score, other.score, rtol=1e-10)


def test_a_run_that_was_killed_goes_on_with_the_tiles_that_are_left_and_ends_with_the_same_bytes(project, monkeypatch):
    monkeypatch.setattr(tiles, "TILE_BYTES", 1)
    made = []

    def dying(a, b, **keywords):
        made.append(1)
        if len(made) == 5:
            raise KeyboardInterrupt
        return scores(a, b, **keywords)

    scores = tiles.tile_scores
    similarity.run(params(), project, "cka")
    whole = digest_of(project.similarity("cka")), digest_of(project.results / "similarity")
    monkeypatch.setenv("PLATOSCOPE_WORK", str(project.root / "anew"))
    monkeypatch.setattr(similarity, "tile_scores", dying)
    with pytest.raises(KeyboardInterrupt):
        similarity.run(params(), project, "cka")
    similarity.run(params(), project, "cka")
    assert len(made) == 1 + 6 * 2  # the one that died was made again
    assert (digest_of(project.similarity("cka")), digest_of(project.results / "similarity")) == whole


def test_a_finished_run_computes_nothing_again_when_a_parameter_changes_that_its_metric_has_no_use_for(
    project, monkeypatch
):
    similarity.run(params(), project, "cka")
    monkeypatch.setattr(similarity, "tile_scores", None)
    similarity.run(params(k=7, components=2, bandwidth=2.0, distance="euclidean"), project, "cka")
    for changed in (params(normalize=False), params(clip="none")):
        with pytest.raises(TypeError):
            similarity.run(changed, project, "cka")
    monkeypatch.undo()
    similarity.run(params(), project, "cknna")
    monkeypatch.setattr(similarity, "tile_scores", None)
    with pytest.raises(TypeError):
        similarity.run(params(k=5), project, "cknna")


def test_new_features_are_seen(project):
    similarity.run(params(), project, "cka")
    before = read_similarity(project.similarity("cka"))
    other = Project(project.root / "other")
    put(other, "text", "words", TEXT["words"], seed=77)
    place = project.features("text", "words")
    place.rename(place.with_suffix(".gone"))
    other.features("text", "words").rename(place)
    similarity.run(params(), project, "cka")
    after = read_similarity(project.similarity("cka"))
    assert all(not np.allclose(one.score, two.score) for one, two in zip(before, after, strict=True))


def test_a_store_that_params_do_not_name_is_passed_over_and_a_missing_one_is_not(project, capsys):
    put(project, "video", "old", (3,), seed=8, samples=5)
    similarity.run(params(), project, "cka")
    assert "similarity@cka: passing over old in video: not in encoders.video\n" in capsys.readouterr().out
    assert {pair.video for pair in read_similarity(project.similarity("cka"))} == set(VIDEO)
    project.features("video", "small").rename(project.features("video", "away"))
    with pytest.raises(StoreError, match=r"small\.zarr is missing: .*`dvc pull data/features/video/small\.zarr`"):
        similarity.run(params(), project, "cka")


def test_stores_of_other_samples_are_refused(project):
    put(project, "text", "words2", TEXT["words"], seed=3, samples=SAMPLES - 1)
    project.features("text", "words").rename(project.root / "away")
    project.features("text", "words2").rename(project.features("text", "words"))
    with pytest.raises(StoreError, match="were made from different samples, first in row 19"):
        similarity.run(params(), project, "cka")


def test_what_a_metric_refuses_is_said_with_stage_layer_and_budget(project):
    with pytest.raises(InputError, match=r"similarity@cknna: k is 20, but must be in 2\.\.19"):
        similarity.run(params(k=20), project, "cknna")
    place = r"components is 7, but layer 'layer_1' of .*big\.zarr at budget 1 has only 5 directions"
    with pytest.raises(InputError, match=rf"similarity@svcca: {place}"):
        similarity.run(params(components=7), project, "svcca")


def test_the_store_says_how_its_scores_were_made(project):
    import zarr

    similarity.run(params(clip="none"), project, "cka_rbf")
    found = dict(zarr.open_group(str(project.similarity("cka_rbf") / "layers.zarr"), mode="r").attrs)
    del found["pairs"]
    samples = digest_ids(f"clip_{row}" for row in range(SAMPLES))
    made = {"metric": "cka_rbf", "bandwidth": 0.5, "normalize": True, "clip": "none", "quantile": 0.9}
    assert found == {**made, "samples": samples, "kind": "similarity", "format": 1}


@pytest.mark.parametrize("metric", METRICS)
def test_the_threads_of_blas_change_no_byte(project, metric):
    for side, key in (("video", "big"), ("text", "words")):
        shutil.rmtree(project.features(side, key))
        put(project, side, key, (384, 300), seed=7)
    digests = set()
    for threads in (1, 2):
        with threadpool_limits(threads):
            similarity.run(params(metrics=(metric,)), project, metric)
        digests.add(digest_of(project.similarity(metric)))
        shutil.rmtree(project.scratch)
    assert len(digests) == 1
