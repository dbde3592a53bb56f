"""What the demo has to show, read from results/: those that are committed, or those of a run that just ended here.

Scores are the maximum over pairs of layers in a cell. Growth is asserted at the corners: it need not be monotone.
"""

import csv
import json

import pytest
import yaml

from conftest import ROOT

CONTROLS = ("lite0_untrained", "thumbnail", "mean_colour")


@pytest.fixture(scope="module")
def score() -> dict[tuple[str, int, int], float]:
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    if params["dataset"]["source"] != "synthetic":
        pytest.skip("params.yaml is not the demo's")
    rows = csv.DictReader((ROOT / "results/plots/scaling.csv").read_text().splitlines())
    return {(row["video"], int(row["n_f"]), int(row["n_c"])): float(row["score"]) for row in rows}


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
