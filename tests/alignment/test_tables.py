"""The neighbours stage on tiny stores: what it writes, what it holds, and how it goes on after a kill."""

import numpy as np
import pytest

from platoscope.alignment.clip import pooled
from platoscope.alignment.clip.outliers import ClipRule
from platoscope.alignment.clip.pooled import prh_threshold
from platoscope.alignment.search.neighbours import neighbour_table
from platoscope.alignment.search.ties import salt_of
from platoscope.alignment.stages import tables
from platoscope.errors import InputError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.scratch import digest_of
from platoscope.store import FeaturesStore, LayerRows, digest_ids, read_neighbours, write_features

DIMS = {"block": 6, "middle": 4, "final": 9}
BUDGETS = [1, 4]


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Make a project with the features of one encoder, [budget=2, sample, dim] for three layers, norms growing."""
    for name in ("DVC_ROOT", "PLATOSCOPE_WORK", "PLATOSCOPE_ENGINE"):
        monkeypatch.delenv(name, raising=False)

    def made(name="project", *, samples=40):
        rng, project = np.random.default_rng(0), Project(tmp_path / name)
        ids = [f"s{row}" for row in range(samples)]
        attributes = {"samples": digest_ids(ids), "ids": ids, "budgets": BUDGETS}
        layers = [(layer, 3**i * rng.normal(size=(2, samples, dim))) for i, (layer, dim) in enumerate(DIMS.items())]
        path = project.features("video", "enc")
        path.parent.mkdir(parents=True)
        write_features(path, [(layer, values.astype(np.float32)) for layer, values in layers], attributes=attributes)
        return project

    return made


def params(*, k=3, **neighbours):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "somewhere"},
            "frames": {"size": 64},
            "budgets": {"frames": BUDGETS, "captions": [1]},
            "encoders": {
                "video": {"enc": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text", "checkpoint": "a/b"}},
            },
            "neighbours": {"depth": 7, **neighbours},
            "alignment": {"k": k},
        }
    )


def run(project, **neighbours):
    line = tables.run(params(**neighbours), project, "video", "enc")
    return line, read_neighbours(project.neighbours("video", "enc"))


def test_the_store_holds_the_table_of_every_layer_and_budget(make):
    project = make()
    line, store = run(project)
    assert line == "video_neighbours@enc: 7 neighbours of 40 samples, 3 layers x 2 budgets"
    features = FeaturesStore(project.features("video", "enc"))
    assert store.ids.shape == (2, 3, 40, 7)
    for budget in range(2):
        for layer in range(3):
            table = neighbour_table(features.layer(layer, budget), depth=7, clip=0.95, salt=salt_of("video/enc"))
            np.testing.assert_array_equal(store.ids[budget, layer], table.ids)
            np.testing.assert_array_equal(store.tie_share[budget, layer], table.tie_share)
    assert (store.layers, store.budgets, store.attributes["index"]) == (tuple(DIMS), tuple(BUDGETS), "exact")
    assert store.recalls is None


@pytest.mark.parametrize("clip", ["prh", "prh_exact"])
def test_parity_clips_all_layers_of_a_budget_at_one_threshold(make, clip):
    project = make()
    _, store = run(project, clip=clip, quantile=0.7)
    features = FeaturesStore(project.features("video", "enc"))
    for budget in range(2):
        layers = [features.layer(layer, budget) for layer in range(3)]
        threshold = prh_threshold(layers, quantile=0.7, exact=clip == "prh_exact")
        for layer in range(3):
            rule = ClipRule("prh", 0.7, threshold)
            table = neighbour_table(layers[layer], depth=7, clip=rule, salt=salt_of("video/enc"))
            np.testing.assert_array_equal(store.ids[budget, layer], table.ids)
    plain = run(make("plain"), clip="none")[1]
    assert (store.ids != plain.ids).any()


@pytest.mark.parametrize("clip", ["prh", "prh_exact"])
def test_parity_at_quantile_one_clips_nothing(make, clip):
    plain = run(make("plain"), clip="none")[1]
    np.testing.assert_array_equal(run(make(), clip=clip, quantile=1.0)[1].ids, plain.ids)


def test_layers_are_read_one_at_a_time_and_the_pooled_threshold_once_a_budget_in_blocks(make, monkeypatch):
    read, sliced, layer, rows = [], [], FeaturesStore.layer, LayerRows.__getitem__

    def layer_spy(store, index, budget):
        read.append((budget, index))
        return layer(store, index, budget)

    def rows_spy(stored, part):
        sliced.append((stored.budget, stored.shape[1], part.stop - part.start))
        return rows(stored, part)

    monkeypatch.setattr(FeaturesStore, "layer", layer_spy)
    monkeypatch.setattr(LayerRows, "__getitem__", rows_spy)
    monkeypatch.setattr(pooled, "_BLOCK", 10 * sum(DIMS.values()))
    run(make(), clip="prh")
    assert read == [(budget, index) for budget in range(2) for index in range(3)]
    assert sliced == [(budget, dim, 10) for budget in range(2) for _ in range(4) for dim in DIMS.values()]


def test_a_kill_loses_one_layer_and_the_next_run_ends_with_the_same_bytes(make, monkeypatch):
    whole, project, names = make("whole"), make("killed"), []
    run(whole)

    def dies_at_the_fourth(x, *, name, **arguments):
        if len(names) == 3:
            raise KeyboardInterrupt
        names.append(name)
        return neighbour_table(x, name=name, **arguments)

    monkeypatch.setattr(tables, "neighbour_table", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        run(project)
    assert names == ["layer 'block'", "layer 'middle'", "layer 'final'"]
    blocks = sorted(path.name for path in project.scratch.glob("*/*/blocks/*.npz"))
    assert blocks == ["000.000.npz", "000.001.npz", "000.002.npz"]

    def the_rest(x, *, name, **arguments):
        names.append(name)
        return neighbour_table(x, name=name, **arguments)

    monkeypatch.setattr(tables, "neighbour_table", the_rest)
    run(project)
    assert names == ["layer 'block'", "layer 'middle'", "layer 'final'"] * 2
    assert digest_of(project.neighbours("video", "enc")) == digest_of(whole.neighbours("video", "enc"))


def test_the_engine_of_the_environment_changes_no_byte(make, monkeypatch):
    digests, engines = set(), []

    def spy(x, *, engine, **arguments):
        engines.append(engine)
        return neighbour_table(x, engine=engine, **arguments)

    monkeypatch.setattr(tables, "neighbour_table", spy)
    for engine in ("blas", "faiss", "torch", "auto"):
        monkeypatch.setenv("PLATOSCOPE_ENGINE", engine)
        project = make(engine)
        run(project)
        digests.add(digest_of(project.neighbours("video", "enc")))
    assert len(digests) == 1
    assert engines == ["blas"] * 6 + ["faiss"] * 6 + ["torch"] * 6 + ["auto"] * 6


def test_an_engine_that_is_not_here_is_refused_before_anything_is_made(make, monkeypatch):
    project = make()
    monkeypatch.setenv("PLATOSCOPE_ENGINE", "abacus")
    with pytest.raises(InputError, match="PLATOSCOPE_ENGINE is 'abacus', but here there are 'auto', 'blas'"):
        run(project)
    assert not project.scratch.exists()


def test_an_approximate_index_has_its_recall_stored_and_the_lowest_printed(make):
    project = make(samples=1100)
    line, store = run(project, index="ivf", recall=0.9)
    assert store.recalls.reached.shape == store.recalls.effort.shape == (2, 3)
    assert (store.recalls.reached >= 0.9).all()
    assert (store.recalls.effort >= 1).all()
    assert line.endswith(f"3 layers x 2 budgets, lowest recall {store.recalls.reached.min():.4f} (ivf)")
    kept = {name: store.attributes[name] for name in ("index", "recall_wanted", "recall_sample")}
    assert kept == {"index": "ivf", "recall_wanted": 0.9, "recall_sample": 1000}
    features = FeaturesStore(project.features("video", "enc"))
    arguments = {"depth": 7, "clip": 0.95, "salt": salt_of("video/enc"), "index": "ivf", "recall": 0.9}
    table = neighbour_table(features.layer(2, 1), **arguments)
    np.testing.assert_array_equal(store.ids[1, 2], table.ids)
    assert (store.recalls.reached[1, 2], store.recalls.effort[1, 2]) == (table.recall.reached, table.recall.effort)


@pytest.mark.parametrize(
    ("neighbours", "message"),
    [
        ({"depth": 40}, "neighbours.depth is 40, but 40 samples have only 39 neighbours each"),
        ({"depth": 90, "k": 50}, "alignment.k is 50, but 40 samples have only 39 neighbours each"),
        ({"index": "hnsw"}, "index is 'hnsw' for 40 samples"),
    ],
)
def test_what_the_samples_do_not_allow_is_refused(make, neighbours, message):
    with pytest.raises(InputError, match=message):
        run(make(), **neighbours)
