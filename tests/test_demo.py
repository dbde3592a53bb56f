"""What the demo has to show, read from results/: those that are committed, or those of a run that just ended here.

Scores are the maximum over pairs of layers in a cell. Growth is asserted at the corners: it need not be monotone.
"""

import csv
import json

import pytest
import yaml

from conftest import ROOT

CONTROLS = ("lite0_untrained", "lite0_span", "lite0_repeat", "thumbnail", "mean_colour")


@pytest.fixture(scope="module")
def score() -> dict[tuple[str, int, int], float]:
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    if params["dataset"]["source"] != "synthetic":
        pytest.skip("params.yaml is not the demo's")
    rows = csv.DictReader((ROOT / "results/plots/scaling.csv").read_text().splitlines())
    joined = (row for row in rows if row["text"] == "minilm")
    return {(row["video"], int(row["n_f"]), int(row["n_c"])): float(row["score"]) for row in joined}


@pytest.mark.parametrize("encoder", ["lite0", "lite2"])
def test_a_trained_encoder_aligns_more_with_more_evidence_and_more_than_its_untrained_twin(score, encoder):
    chance = json.loads((ROOT / "results/alignment.json").read_text())["chance"]
    assert score[encoder, 16, 10] >= 1.5 * score[encoder, 1, 1]
    assert score[encoder, 16, 10] >= 5 * chance
    assert score[encoder, 16, 10] >= 1.8 * score["lite0_untrained", 16, 10]


def test_every_control_stands_in_every_table(score):
    laws = json.loads((ROOT / "results/scaling.json").read_text())["pairs"]
    alignment = json.loads((ROOT / "results/alignment.json").read_text())["pairs"]
    for control in CONTROLS:
        assert (control, 16, 10) in score
        assert "minilm" in alignment[control]
        assert {"s_inf", "r2"} <= laws[control]["minilm"].keys()


def test_the_laws_of_the_trained_encoders_describe_their_grids():
    laws = json.loads((ROOT / "results/scaling.json").read_text())["pairs"]
    assert all(laws[encoder]["minilm"]["r2"] > 0.8 for encoder in ("lite0", "lite2"))


def test_more_captions_add_by_what_they_say_and_hardly_by_their_length():
    shares = json.loads((ROOT / "results/alignment.json").read_text())["captions"]
    for encoder in ("lite0", "lite2"):
        for text in ("minilm", "minilm+mean"):
            found = shares[encoder][text]
            assert found["coverage"] > 0.5
            assert abs(found["length"]) < 0.1
            assert found["coverage"] + found["wording"] + found["length"] == pytest.approx(1)


def test_one_frame_repeated_adds_nothing_to_an_encoder_of_images_and_frames_in_a_row_little(score):
    for n_c in (1, 10):
        assert len({score["lite0_repeat", n_f, n_c] for n_f in (1, 2, 4, 8, 16)}) == 1
        assert score["lite0_repeat", 1, n_c] == score["lite0", 1, n_c]
    assert score["lite0_span", 16, 10] < 0.85 * score["lite0", 16, 10]


def test_captions_of_other_videos_take_away():
    laws = list(csv.DictReader((ROOT / "results/plots/scaling.csv").read_text().splitlines()))
    of = {
        row["text"]: float(row["score"])
        for row in laws
        if (row["video"], row["n_f"], row["n_c"]) == ("lite0", "16", "10")
    }
    assert of["minilm+shuffled"] < of["minilm+repeat"] < of["minilm+paraphrase"] < of["minilm"]
