"""The benchmark of extraction on models of nothing: what its lines say, and that its rows run to their end."""

from importlib import import_module

import pytest
import torch
import transformers

from conftest import ROOT


@pytest.fixture(autouse=True)
def _benchmarks_importable(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


def module(name):
    return import_module(f"benchmarks.{name}")


def plain(model, *, dynamic=None, recompile_limit=None):  # noqa: ARG001 (what `torch.compile` takes)
    return model


def test_operations_are_those_of_products_and_convolutions_and_nothing_else():
    operations = module("extraction_floor").operations
    a, b = torch.ones(3, 5), torch.ones(5, 7)
    assert operations(lambda: a @ b) == 2 * 3 * 5 * 7
    assert operations(lambda: torch.relu(a) + a.sum()) == 0
    depthwise, x = torch.nn.Conv2d(4, 4, 3, padding=1, groups=4), torch.ones(2, 4, 6, 6)
    with torch.inference_mode():
        assert operations(lambda: depthwise(x)) == 2 * 2 * 4 * 6 * 6 * 9


def test_the_line_beside_the_floor_has_the_rate_and_the_share_that_is_reached():
    line = module("extraction_floor").beside_floor(
        "frames, 8", seconds=4.0, n=8, unit="frames", n_operations=50 * 10**9, rate=100e9
    )
    assert line.ours == "4 s (2 frames/s)"
    assert line.peer == "500 ms machine's floor: 50 GFLOP at 100 GFLOP/s"
    assert line.ratio == pytest.approx(0.125)


def test_distances_to_the_floor_are_those_of_the_lines(monkeypatch):
    table, entry = module("table"), module("extraction")
    monkeypatch.setattr(entry.subprocess, "run", lambda *_, **__: type("Done", (), {"stdout": "told\n| stage |\n"}))
    lines = [table.Line(f"{name}, 8", "", "", ratio) for name in ("frames", "texts") for ratio in (0.9, 2.0, 0.18)]
    text = entry.limits(lines)
    assert "* frames: the stage takes 5.6 times the machine's floor; 90% of it are the bare loop's" in text
    assert "which takes 5.0 times the floor.\n" in text
    assert text.endswith("\n\n| stage |\n")
    assert entry.limits([table.Line("memory, video stage", "")]) == ""


@pytest.mark.parametrize("rows", ["frames", "texts"])
def test_without_a_gpu_its_rows_say_that_they_were_skipped(monkeypatch, rows):
    gpu = module("extraction_gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (line,) = getattr(gpu, rows)(3)
    assert line.what.startswith(f"GPU, {rows}, ")
    assert line.ours == "skipped: PyTorch finds no NVIDIA GPU here"
    assert (line.goal, line.reached) == ("at least 0.85 times", None)


def test_rows_of_frames_on_a_device_run_to_their_end(monkeypatch):
    gpu = module("extraction_gpu")
    monkeypatch.setattr(torch, "compile", plain)
    monkeypatch.setattr(gpu, "matrix_rate", lambda **_: 1e12)
    job = gpu.Frames(samples=5, n_f=2, size=32, checkpoint="test_vit", batch=4)
    bare, floor = gpu.frame_lines(job, 1, on="cpu")
    assert bare.what == floor.what == "cpu, frames, 5 x 2, test_vit at 32 px, bfloat16"
    assert bare.reached == (bare.ratio >= 0.85)
    assert floor.ours.endswith(" frames/s)")


def test_rows_of_texts_on_a_device_run_to_their_end(monkeypatch):
    gpu = module("extraction_gpu")
    monkeypatch.setattr(torch, "compile", plain)
    monkeypatch.setattr(gpu, "matrix_rate", lambda **_: 1e12)
    job = gpu.Texts(texts=10, words=(2, 9), hidden=32, intermediate=48, layers=2, heads=(2, 1), vocabulary=400, batch=4)
    bare, floor = gpu.text_lines(job, 1, on="cpu")
    assert bare.what == floor.what
    assert bare.what.startswith("cpu, texts, 10 of mixed length, a Qwen2 of ")
    assert floor.ours.endswith(" tokens/s)")


def test_the_language_model_of_the_rows_has_half_a_billion_weights(tmp_path):
    module("extraction_gpu").Texts().write(tmp_path)
    with torch.device("meta"):
        model = transformers.AutoModel.from_config(transformers.AutoConfig.from_pretrained(tmp_path))
    assert 0.45e9 < model.num_parameters() < 0.55e9


def test_shares_of_a_stage_and_of_a_forward_add_up(monkeypatch):
    shares = module("extraction_shares")
    monkeypatch.setattr(shares, "matrix_rate", lambda: 1e12)
    text = shares.shares(samples=2, texts=4)
    stages, parts = text.split("\n\n")
    for row in stages.splitlines()[2:]:
        cells = [float(cell.strip(" %")) for cell in row.split("|")[3:-1]]
        assert sum(cells) == pytest.approx(100, abs=0.5)
        assert min(cells) > -0.1
    names = {row.split("|")[1].strip() for row in parts.splitlines()[2:]}
    assert names == {"lite0", "MiniLM"}
    for name in names:
        rows = [row for row in parts.splitlines()[2:] if row.split("|")[1].strip() == name and "all of it" not in row]
        for column in (3, 4):
            assert sum(float(row.split("|")[column].strip(" %")) for row in rows) == pytest.approx(100, abs=0.5)
