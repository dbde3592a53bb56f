"""What stages over pairs of encoders share: which stores are read, the best layers, and a table that loses nothing."""

import csv
import io
from types import SimpleNamespace

import numpy as np
import pytest

from platoscope.alignment.scores import best_layers
from platoscope.alignment.stages.grid import csv_text, read_named
from platoscope.errors import StoreError


def test_named_stores_are_read_in_order_of_key_and_others_are_passed_over_with_a_line(tmp_path, capsys):
    for key in ("b", "a", "old", "older"):
        (tmp_path / "video" / f"{key}.zarr").mkdir(parents=True)

    def place(side, key):
        return tmp_path / side / f"{key}.zarr"

    def read(path):
        return SimpleNamespace(views=lambda: [path.stem, f"{path.stem}+repeat"])

    found = read_named(iter(["b", "a"]), side="video", stage="alignment", place=place, read=read)
    assert found == ["a", "a+repeat", "b", "b+repeat"]
    assert capsys.readouterr().out == "alignment: passing over old, older in video: not in encoders.video\n"


def test_a_store_that_is_missing_is_the_readers_error(tmp_path, capsys):
    def read(path):
        raise StoreError(f"{path.name} is missing")

    with pytest.raises(StoreError, match=r"x\.zarr is missing"):
        read_named(["x"], side="text", stage="s", place=lambda side, key: tmp_path / side / f"{key}.zarr", read=read)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("score", "best"),
    [([[1, 2], [4, 3]], (1, 0)), ([[1, 4], [4, 4]], (0, 1)), ([[-3.0, -2.0]], (0, 1)), ([[0]], (0, 0))],
)
def test_the_best_pair_of_layers_is_the_first_of_the_largest(score, best):
    assert best_layers(np.array(score, float)) == best


def test_a_table_is_read_back_to_the_last_bit():
    values = [0.1, 1 / 3, 1e-300, np.float64(2 / 3)]
    text = csv_text(("name", "value", "n"), ({"name": "a,b", "value": value, "n": 7} for value in values))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["value"]) for row in rows] == values
    assert rows[0] == {"name": "a,b", "value": "0.1", "n": "7"}
    assert text.startswith("name,value,n\n")
    assert "np.float64" not in text
