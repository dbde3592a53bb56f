"""Published figures ship with the package, and are those of the paper."""

import csv
import subprocess
import sys

import numpy as np
import pytest

import platoscope
from conftest import SHARED
from platoscope import reference_data
from platoscope.errors import InputError
from platoscope.scaling import law_curve


def test_the_points_are_a_full_grid_in_each_panel_and_their_union() -> None:
    for panel, frames, captions in (("left", 8, 4), ("right", 5, 10)):
        points = reference_data.vatex_points(panel)
        cells = set(zip(points.n_f.tolist(), points.n_c.tolist(), strict=True))
        assert len(cells) == len(points.score) == frames * captions
        assert len(set(points.n_f.tolist())) == frames
        assert len(set(points.n_c.tolist())) == captions
    assert len(reference_data.vatex_points().score) == 62


def test_panels_agree_where_they_share_cells_and_scores_are_shares_of_neighbours() -> None:
    left, right = (
        {(f, c): s for f, c, s in zip(p.n_f.tolist(), p.n_c.tolist(), p.score.tolist(), strict=True)}
        for p in map(reference_data.vatex_points, ("left", "right"))
    )
    shared = left.keys() & right.keys()
    assert len(shared) == 20
    assert max(abs(left[cell] - right[cell]) for cell in shared) <= 2.1e-5
    for score in (*left.values(), *right.values()):  # N k = 10240 neighbours in all
        assert abs(score * 10240 - round(score * 10240)) < 0.25


def test_the_published_laws_lie_near_the_points_of_their_figure() -> None:
    points = reference_data.vatex_points()
    law = reference_data.published_law("VideoMAEv2 Huge")
    off = law_curve(law.parameters, points.n_f, points.n_c) - points.score
    assert np.sqrt(np.mean(off**2)) < 0.012
    assert [law.model for law in reference_data.LAWS] == ["VideoMAEv2 Huge", "DINOv2 Giant"]


def test_unknown_names_are_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no published law of 'CLIP'; there are VideoMAEv2 Huge, DINOv2 Giant"):
        reference_data.published_law("CLIP")
    with pytest.raises(InputError, match="panel is 'middle'"):
        reference_data.vatex_points("middle")  # type: ignore[arg-type]


def test_the_points_are_those_that_were_digitised() -> None:
    path = SHARED / "reference/vatex_scaling_videomaev2_huge.csv"
    if not path.is_file():
        pytest.skip("needs ../shared/reference")
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["panel"] == "right"]
    points = reference_data.vatex_points("right")
    assert [float(row["score"]) for row in rows] == points.score.tolist()
    assert [int(row["n_f"]) for row in rows] == points.n_f.tolist()


def test_it_is_there_as_an_attribute_and_loads_nothing_heavy() -> None:
    assert "reference_data" in dir(platoscope)
    code = "import sys, platoscope; platoscope.reference_data.vatex_points(); print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
