"""The stage gives every pair its law, with the bootstrap that its data allow, and goes on where there is none."""

import csv
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from law_grids import CAPTIONS, COLUMNS, FRAMES, Scores, noisy, pairs_table
from numpy.typing import NDArray

from platoscope import store
from platoscope.errors import InputError, StoreError
from platoscope.params import ScalingParams
from platoscope.project import Project
from platoscope.scaling import OfSamples, compare_laws, fit_law, fit_points, read_laws, stage

N, K = 40, 10


IDS = [f"clip_{row}" for row in range(N)]


def run(folder: Path, table: Path, **section: Any) -> tuple[str, dict[str, Any], list[dict[str, str]]]:
    """Run the stage on a table alone, as the best of every cell is fitted: summary, metrics, curves."""
    project = Project(folder)
    project.alignment.mkdir(parents=True, exist_ok=True)
    table.replace(project.alignment / "pairs.csv")
    line = run_stage(project, layers="per_cell", **section)
    (project.alignment / "pairs.csv").replace(table)
    with (project.results / "plots/scaling.csv").open(newline="") as file:
        return line, json.loads((project.results / "scaling.json").read_text())["pairs"], list(csv.DictReader(file))


def counts(seed: int) -> NDArray[np.uint16]:
    """Shared neighbours [n_f, n_c, sample]."""
    share = 0.9 - 0.4 / FRAMES - 0.3 / CAPTIONS
    drawn = np.random.default_rng(seed).binomial(K, share[:, None], (30, N))
    return drawn.reshape(5, 6, N).astype(np.uint16)


def pair_layers(text: str, count: NDArray[np.uint16]) -> store.PairLayers:
    """A pair whose one pair of layers has these counts, in fields of whatever format the store has."""
    known: dict[str, Any] = {
        "video": "lite0", "text": text, "frames": (1, 2, 4, 8, 16), "captions": (1, 2, 3, 5, 7, 10),
        "video_layers": ("a",), "text_layers": ("b",), "fixed": (0, 0), "n": N, "metric": "mutual_knn", "k": K,
        "score": count.mean(axis=2)[:, :, None, None] / K, "count": count, "chance": K / (N - 1),
        "nearest": np.zeros((2, N, K), np.int32), "samples": store.digest_ids(IDS),
    }  # fmt: skip
    return store.PairLayers(**{field.name: known[field.name] for field in dataclasses.fields(store.PairLayers)})


def project_with(folder: Path, *texts: str, sources: list[str | None] | None = None) -> Project:
    """A project up to the alignment stage."""
    project = Project(folder)
    project.alignment.mkdir(parents=True)
    counted = {text: counts(seed) for seed, text in enumerate(texts)}
    scores: Scores = {("lite0", text): count.mean(axis=2).ravel() / K for text, count in counted.items()}
    pairs_table(project.alignment, scores, n=N, k=K)
    stores = [pair_layers(text, count) for text, count in counted.items()]
    store.write_alignment(project.alignment / "layers.zarr", stores, attributes={"samples": store.digest_ids(IDS)})
    rows = [{"id": id_, "source": source, "row": row} for row, (id_, source) in
            enumerate(zip(IDS, sources or [None] * N, strict=True))]  # fmt: skip
    project.samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return project


def run_stage(project: Project, *, by_source: bool = True, tracked: str = "", **section: Any) -> str:
    """Run the stage; ``tracked`` is the one text encoder whose pairs DVC tracks, "" for all."""
    params = SimpleNamespace(
        scaling=ScalingParams(**({"draws": 100} | section)),
        statistics=SimpleNamespace(by_source=by_source),
        tracked=lambda _, text: text == tracked or not tracked,
    )
    return stage.run(params, project)  # type: ignore[arg-type]


def test_the_stage_draws_videos_whole_sources_at_a_time(tmp_path: Path) -> None:
    sources = [f"film {row // 4}" for row in range(N)]
    project = project_with(tmp_path, "minilm", sources=sources)
    line = run_stage(project, level=0.9, seed=5)
    assert line.startswith("scaling: 1 law fitted, rmse at most 0.0")
    x = counts(0).reshape(30, N).T / K
    fit = fit_points(FRAMES, CAPTIONS, x.mean(axis=0), draws=100, level=0.9, seed=5, of_samples=OfSamples(x, sources))
    found = read_laws(project.laws)["lite0:minilm"]
    assert list(found["intervals"]["parameters"]) == list(fit.intervals)
    for name, ends in fit.intervals.items():
        assert found["intervals"]["parameters"][name] == pytest.approx(list(ends), abs=1e-9)
    assert found["intervals"]["from"].startswith("bootstrap over videos: 100 draws of 10 whole sources of 40 videos")
    assert found["parameters"]["s_inf"] == pytest.approx(fit.law.s_inf, abs=1e-9)
    assert found["chance"] == K / (N - 1)
    metrics = json.loads((project.results / "scaling.json").read_text())["pairs"]["lite0"]["minilm"]
    assert set(metrics) == {"s_inf", "c_f", "c_c", "alpha", "beta", "r2", "rmse", "heldout_rmse"}
    assert metrics["s_inf"] == found["parameters"]["s_inf"]
    assert metrics["heldout_rmse"] == found["heldout_rmse"]


def test_the_best_of_every_cell_has_its_residuals_drawn_as_the_counts_are_of_the_fixed_layers(tmp_path: Path) -> None:
    project = project_with(tmp_path, "minilm")
    run_stage(project)
    fixed = read_laws(project.laws)["lite0:minilm"]
    run_stage(project, layers="per_cell")
    found = read_laws(project.laws)["lite0:minilm"]
    assert "of the fixed pair of layers, not of each cell's best" in found["intervals"]["from"]
    assert found["intervals"]["bootstrap"] == "residuals"
    assert (fixed["layers"], found["layers"]) == ("fixed", "per_cell")
    assert found["other_layers"]["parameters"] == fixed["parameters"]
    assert fixed["other_layers"]["parameters"] == found["parameters"]
    assert found["parameters"]["s_inf"] == pytest.approx(fixed["parameters"]["s_inf"] + 0.02, abs=1e-6)


def test_two_runs_of_the_stage_write_equal_bytes(tmp_path: Path) -> None:
    project = project_with(tmp_path, "minilm", "other")
    written = []
    for _ in range(2):
        run_stage(project)
        written.append(
            [path.read_bytes() for path in sorted(tmp_path.rglob("*.json")) + sorted(tmp_path.rglob("*.csv"))]
        )
    assert written[0] == written[1]
    assert list(read_laws(project.laws)) == ["lite0:minilm", "lite0:other"]


def test_many_pairs_are_fitted_by_workers_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for many in (99, 2):
        monkeypatch.setattr(stage, "MANY", many)
        monkeypatch.setattr(stage, "BATCH", 2)
        project = project_with(tmp_path / str(many), "minilm", "bloomz", "gemma")
        run_stage(project, tracked="bloomz")
        written.append([file.read_bytes() for file in (project.laws, project.results / "plots/scaling.csv")])
    assert written[0] == written[1]


def test_the_stage_goes_on_where_a_pair_has_no_law(tmp_path: Path) -> None:
    project = project_with(tmp_path, "minilm")
    table = project.alignment / "pairs.csv"
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:2]))
    one = dataclasses.replace(pair_layers("minilm", counts(0)[:1, :1]), frames=(1,), captions=(1,))
    store.write_alignment(tmp_path / "small.zarr", [one], attributes={"samples": store.digest_ids(IDS)})
    (project.alignment / "layers.zarr").rename(tmp_path / "old.zarr")
    (tmp_path / "small.zarr").rename(project.alignment / "layers.zarr")
    line = run_stage(project)
    assert line.endswith("0 laws fitted; lite0:minilm: there is no law to fit: neither n_f nor n_c varies in 1 points")
    document = json.loads(project.laws.read_text())
    assert document["laws"] == {}
    assert document["without"] == {"lite0:minilm": "there is no law to fit: neither n_f nor n_c varies in 1 points"}
    assert json.loads((project.results / "scaling.json").read_text()) == {"pairs": {}}


def test_stores_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    project = project_with(tmp_path, "minilm")
    samples = project.samples.read_text().splitlines(keepends=True)
    ours, theirs = store.digest_ids(IDS)[:12], store.digest_ids(IDS[::-1])[:12]
    for other in (samples[:-1], samples[::-1]):
        project.samples.write_text("".join(other))
        with pytest.raises(StoreError, match=rf"samples\.jsonl .*than .*layers\.zarr \({ours}\): run `dvc repro`"):
            run_stage(project)
    with pytest.raises(StoreError, match=rf"samples\.jsonl \(40 samples, {theirs}\)"):
        run_stage(project)
    project.samples.write_text("".join(samples))
    table = project.alignment / "pairs.csv"
    table.write_text(table.read_text().replace("lite0,minilm", "lite2,minilm"))
    with pytest.raises(StoreError, match=r"pairs\.csv lacks it: run `dvc repro`"):
        run_stage(project)
    whole = table.read_text().replace("lite2,minilm", "lite0,minilm")
    table.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(StoreError, match=r"other budgets in layers\.zarr than in pairs\.csv"):
        run_stage(project)
    table.write_text(whole + whole.splitlines()[1].replace("minilm", "more") + "\n")
    with pytest.raises(StoreError, match=r"layers\.zarr lacks lite0:more"):
        run_stage(project)


def test_by_source_says_whether_samples_of_a_source_are_drawn_together(tmp_path: Path) -> None:
    project = project_with(tmp_path, "minilm", sources=["film"] * N)
    said = []
    for by_source in (True, False):
        run_stage(project, by_source=by_source)
        said.append(read_laws(project.laws)["lite0:minilm"]["intervals"])
    assert [one["bootstrap"] for one in said] == ["residuals", "videos"]
    assert "as all samples are of one source" in said[0]["from"]
    assert said[1]["from"] == "bootstrap over videos: 100 draws of 40 videos, the same for all cells"


def test_metrics_and_draws_are_those_of_tracked_pairs_and_laws_are_of_all(tmp_path: Path) -> None:
    project = project_with(tmp_path, "minilm", "other")
    run_stage(project)
    whole = read_laws(project.laws)
    run_stage(project, tracked="other")
    found = read_laws(project.laws)
    assert found["lite0:other"] == whole["lite0:other"]
    assert found["lite0:minilm"] == {key: value for key, value in whole["lite0:minilm"].items() if key != "draws"}
    metrics = json.loads((project.results / "scaling.json").read_text())["pairs"]
    assert {video: list(texts) for video, texts in metrics.items()} == {"lite0": ["other"]}
    with (project.results / "plots/scaling.csv").open(newline="") as file:
        assert {row["text"] for row in csv.DictReader(file) if row["law"]} == {"minilm", "other"}


def test_a_pair_is_fitted_before_the_next_is_read_and_laws_stand_in_the_order_of_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_with(tmp_path, "minilm", "other")
    done: list[str] = []

    def stores(_: Path) -> Iterator[store.PairLayers]:
        for place, (text, seed) in enumerate((("other", 1), ("minilm", 0))):
            assert len(done) == place
            yield pair_layers(text, counts(seed))

    def fit(*points: Any, **more: Any) -> Any:
        done.append("one")
        return fit_points(*points, **more)

    monkeypatch.setattr(stage, "read_alignment", stores)
    monkeypatch.setattr(stage, "fit_points", fit)
    run_stage(project)
    assert list(read_laws(project.laws)) == ["lite0:minilm", "lite0:other"]


def test_an_error_of_a_law_names_its_pair(tmp_path: Path) -> None:
    table = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0), ("net", "minilm"): noisy(1) + 3 * (FRAMES == 2)})
    with pytest.raises(InputError, match=r"^net:minilm: score\[6\] = 3\.\d+: a finite share in \[-1, 1\] is needed"):
        run(tmp_path, table)
    project = project_with(tmp_path / "other", "minilm")
    table = project.alignment / "pairs.csv"
    first = table.read_text().splitlines()[1].split(",")[COLUMNS.index("fixed_score")]
    table.write_text(table.read_text().replace(f",{first},", ",0.25,"))
    with pytest.raises(InputError, match=r"^lite0:minilm: the samples' scores average to others than the cells'"):
        run_stage(project)


def test_the_stage_writes_the_law_of_every_pair_and_its_curve(tmp_path: Path) -> None:
    scores = {("lite0", "minilm"): noisy(0), ("thumbnail", "minilm"): noisy(1, s_inf=0.4)}
    line, pairs, rows = run(tmp_path, pairs_table(tmp_path, scores))
    for (video, text), fixed in scores.items():
        ours = [row for row in rows if (row["video"], row["text"]) == (video, text)]
        score = [float(row["score"]) for row in ours]
        assert score == pytest.approx(list(fixed + 0.02))
        law = fit_law(FRAMES, CAPTIONS, score)
        heldout = compare_laws(FRAMES, CAPTIONS, score)[0].heldout_rmse
        assert pairs[video][text] == law.to_dict() | {"heldout_rmse": heldout}
        assert [float(row["law"]) for row in ours] == [float(x) for x in law.predict(FRAMES, CAPTIONS)]
        assert [float(row["fixed_score"]) for row in ours] == list(fixed)
        assert [(int(row["n_f"]), int(row["n_c"])) for row in ours] == list(zip(FRAMES, CAPTIONS, strict=True))
    assert list(rows[0]) == ["video", "text", "n_f", "n_c", "score", "fixed_score", "law", "chance"]
    assert line.startswith("scaling: 2 laws fitted, rmse at most 0.0")
    assert "\n" not in line


def test_a_pair_whose_budgets_determine_no_law_is_named_and_has_an_empty_curve(tmp_path: Path) -> None:
    line, pairs, rows = run(tmp_path, pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)}, n_cells=1))
    assert pairs == {}
    assert [row["law"] for row in rows] == [""]
    assert (
        line == "scaling: 0 laws fitted; lite0:minilm: there is no law to fit: neither n_f nor n_c varies in 1 points"
    )


def test_a_law_that_spends_every_cell_on_its_parameters_is_doubted_in_the_line(tmp_path: Path) -> None:
    line, _, _ = run(tmp_path, pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)}, n_cells=3))
    assert "lite0:minilm: as many cells as parameters" in line


@pytest.mark.parametrize(
    ("form", "held", "words"),
    [("frames", CAPTIONS == 1, "frames alone (n_c = 1)"), ("captions", FRAMES == 16, "captions alone (n_f = 16)")],
)
def test_a_budget_that_does_not_vary_is_named_in_the_line_with_the_pairs_whose_law_is_reduced(
    tmp_path: Path, form: str, held: NDArray[np.bool_], words: str
) -> None:
    table = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0), ("one", "minilm"): noisy(1), ("two", "m"): noisy(2)})
    header, *rows = table.read_text().splitlines(keepends=True)
    kept = [row for row, here in zip(rows, [*np.full(30, True), *held, *held], strict=True) if here]
    table.write_text("".join([header, *kept]))
    line, pairs, _ = run(tmp_path, table)
    assert f"; law of {words}: one:minilm, two:m" in line
    assert line.count(" alone (") == 1
    absent = {"frames": {"c_c", "beta"}, "captions": {"c_f", "alpha"}}[form]
    assert not absent & set(pairs["one"]["minilm"])
    assert absent <= set(pairs["lite0"]["minilm"])


def test_the_line_says_nothing_of_reduced_laws_where_both_budgets_vary(tmp_path: Path) -> None:
    assert "alone" not in run(tmp_path, pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)}))[0]
