"""The alignment stage on tiny stores: every cell is the metric of its tables, for every metric over neighbours."""

import csv
import json
import shutil

import numpy as np
import pytest

from platoscope.alignment.agreement import chance_of, max_null, score_matrix
from platoscope.alignment.scores import METRICS
from platoscope.alignment.stages import pairs
from platoscope.alignment.stages.evidence import COLUMNS
from platoscope.alignment.stages.results import TRACKED
from platoscope.alignment.statistics.groups import groups_of
from platoscope.data.rows import write_lines
from platoscope.errors import InputError, StoreError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.store import digest_ids, read_alignment, read_neighbours, write_neighbours

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
    settle(project, [None] * N)
    return project


def settle(project, sources):
    """Write the samples with what each was cut from."""
    named = zip(IDS, sources, strict=True)
    write_lines(project.samples, [{"id": id_, "source": s, "row": row} for row, (id_, s) in enumerate(named)])


QUICK = {"permutations": 19, "draws": 100, "blocks": 3, "splits": 2, "gallery_draws": 0}


def params(statistics=QUICK, report=None, **alignment):
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
            "statistics": statistics,
            "report": report or {},
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


def test_the_neighbours_of_the_fixed_pair_are_kept(project):
    pairs.run(params(), project)
    big = next(read_alignment(project.alignment))
    np.testing.assert_array_equal(big.nearest[0], table(2, 3, 0)[-1, big.fixed[0], :, :K])
    np.testing.assert_array_equal(big.nearest[1], table(3, 2, 2)[-1, big.fixed[1], :, :K])


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


def rows_of(project, name="pairs.csv"):
    with (project.alignment / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_smallest_and_largest_cells_have_their_null_and_the_others_none(project):
    pairs.run(params(QUICK | {"blocks": 15}, k=3), project)
    tracked = json.loads((project.results / "alignment.json").read_text())["pairs"]
    words = table(3, 2, 2)
    for row in rows_of(project):
        cell = (row["n_f"], row["n_c"])
        if cell not in (("1", "1"), ("4", "3")):
            assert {row[name] for name in (*COLUMNS, "q")} == {""}
            continue
        ids = table(2, LAYERS["video", row["video"]], 0 if row["video"] == "big" else 1)
        at = (0, 0) if cell == ("1", "1") else (-1, -1)
        null = max_null(ids[at[0]], words[at[1]], k=3, permutations=19, seed=0)
        assert float(row["null_mean"]) == null.mean()
        assert float(row["p"]) == (1 + np.sum(null >= float(row["score"]))) / 20
        assert float(row["p_floor"]) == 1 / 20
        assert float(row["ci_low"]) < float(row["score"]) < float(row["ci_high"])
        assert float(row["sampling_low"]) < float(row["score"]) < float(row["sampling_high"])
        assert float(row["jackknife_low"]) < float(row["score"]) < float(row["jackknife_high"])
        if cell == ("4", "3"):
            values = tracked[row["video"]]["words"]
            assert set(values) == {name for name in TRACKED if row[name]} >= {"score", "null95", "p", "ci_low"}
            assert all(value == float(row[name]) for name, value in values.items())
    tested = [row for row in rows_of(project) if row["p"]]
    assert len(tested) == 4
    assert max(float(row["q"]) for row in tested) == max(float(row["p"]) for row in tested)


def test_cells_by_name_and_too_few_permutations_for_all_of_them(project, capsys):
    every = [[n_f, n_c] for n_f in BUDGETS["video"] for n_c in BUDGETS["text"]]
    pairs.run(params(QUICK | {"cells": every}), project)
    assert all(row["p"] for row in rows_of(project))
    told = json.loads((project.alignment / "statistics.json").read_text())
    assert told["warnings"][0].startswith("19 permutations are too few for 12 scores")
    assert "19 permutations are too few for 12 scores" in capsys.readouterr().out


def test_a_cell_that_no_pair_has_is_refused(project):
    with pytest.raises(InputError, match=r"statistics\.cells names \[2, 1\], but n_f is one of \[1, 4\]"):
        pairs.run(params(QUICK | {"cells": ["largest", [2, 1]]}), project)


def test_samples_of_one_source_stay_together_unless_told_otherwise(project):
    sources = [f"film_{row // 5}" for row in range(N)]
    settle(project, sources)
    pairs.run(params(), project)
    together = rows_of(project)
    null = max_null(table(2, 3, 0)[-1], table(3, 2, 2)[-1], k=K, permutations=19, seed=0, blocks=groups_of(sources))
    assert float(together[5]["null_mean"]) == null.mean()
    assert json.loads((project.alignment / "statistics.json").read_text())["settings"]["sources"] == 6
    pairs.run(params(QUICK | {"by_source": False}), project)
    apart = rows_of(project)
    assert apart[5]["null_mean"] != together[5]["null_mean"]
    assert apart[5]["score"] == together[5]["score"]


def test_samples_of_one_source_have_their_null_and_nothing_else_and_the_notes_say_so(project):
    settle(project, ["film"] * N)
    pairs.run(params(), project)
    last = rows_of(project)[5]
    assert last["p"]
    assert {last[name] for name in ("ci_low", "sampling_low", "jackknife_low", "heldout")} == {""}
    notes = json.loads((project.alignment / "statistics.json").read_text())["notes"]
    assert sum("all samples are of one source" in note for note in notes) == 4 * 4


def test_as_many_neighbours_as_there_are_leave_a_score_and_no_null(project):
    everyone = np.stack([np.delete(np.arange(N), row) for row in range(N)]).astype(np.int32)
    for side, key in LAYERS:
        store = read_neighbours(project.neighbours(side, key))
        ids = np.broadcast_to(everyone, (*store.ids.shape[:2], N, N - 1)).copy()
        shutil.rmtree(store.path)
        write_neighbours(store.path, ids, np.zeros((*ids.shape[:2], N - 1)), attributes=store.attributes)
    deep = params().model_copy(update={"alignment": params().alignment.model_copy(update={"k": N - 1})})
    pairs.run(deep, project)
    assert {(row["score"], row["p"], row["q"]) for row in rows_of(project)} == {("1.0", "", "")}


def test_too_few_sources_to_permute_are_an_error_that_counts_them(project):
    settle(project, [f"film_{row // 10}" for row in range(N)])
    with pytest.raises(InputError, match=r"19 .* 6"):
        pairs.run(params(), project)


def test_samples_of_another_set_are_refused(project):
    write_lines(project.samples, [{"id": "other", "source": None, "row": 0}])
    with pytest.raises(StoreError, match=r"samples\.jsonl .* holds other samples, .* than .*big\.zarr"):
        pairs.run(params(), project)


def test_tables_too_shallow_for_a_jackknife_leave_it_out_and_say_so(project):
    pairs.run(params(QUICK | {"blocks": 2}, k=DEPTH), project)
    assert {row["jackknife_low"] for row in rows_of(project)} == {""}
    notes = json.loads((project.alignment / "statistics.json").read_text())["notes"]
    assert any("no jackknife" in note and "neighbours.depth has to be larger" in note for note in notes)


def test_hubs_of_every_layer_are_named_by_their_ids(project):
    pairs.run(params(), project)
    rows = rows_of(project, "hubs.csv")
    assert [(row["encoder"], row["layer"]) for row in rows] == [
        ("big", "0"), ("big", "1"), ("big", "2"), ("small", "0"), ("words", "0"), ("words", "1")
    ]  # fmt: skip
    occurs = np.bincount(table(2, 3, 0)[-1, 1, :, :K].ravel(), minlength=N)
    assert json.loads(rows[1]["hubs"])[0] == [f"clip_{occurs.argmax()}", occurs.max()]
    assert float(rows[1]["orphans"]) == np.mean(occurs == 0)


def test_above_20_pairs_dvc_tracks_those_that_are_named(project, monkeypatch):
    monkeypatch.setattr("platoscope.params.whole.TRACKED", 1)
    pairs.run(params(QUICK | {"gallery_draws": 1}, report={"pairs": ["small:words"]}), project)
    assert list(json.loads((project.results / "alignment.json").read_text())["pairs"]) == ["small"]
    with (project.results / "plots" / "gallery.csv").open(newline="") as file:
        points = list(csv.DictReader(file))
    assert {row["video"] for row in points} == {"small"}
    assert {row["n"] for row in points} == {str(N)}
    assert len({row["video"] for row in rows_of(project)}) == 2


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
