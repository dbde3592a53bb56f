"""The order of captions depends on the seed and the sample's id, and on nothing else."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.data.captions import stage
from platoscope.data.captions.order import ordered
from platoscope.data.rows import read_lines, write_lines
from platoscope.params import parse_params
from platoscope.project import Project


def params(seed=0):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "clips"},
            "frames": {"size": 8},
            "captions": {"seed": seed},
            "budgets": {"frames": [1], "captions": [1]},
            "encoders": {
                "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text"}},
            },
        }
    )


def run(root, rows, *, seed=0):
    project = Project(root)
    write_lines(project.dataset / "captions.jsonl", rows)
    line = stage.run(params(seed), project)
    return line, {row["id"]: [one["text"] for one in row["captions"]] for row in read_lines(project.captions)}


ROWS = [{"id": f"s{i}", "captions": [f"{i}{letter}" for letter in "abcdef"]} for i in range(5)]


@settings(deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=9),
    st.text(min_size=1, max_size=5),
    st.integers(0, 2**70),
)
def test_every_caption_is_kept_once_and_says_where_it_stood(texts, id_, seed):
    rows = ordered(texts, id=id_, seed=seed)
    assert sorted(row["place"] for row in rows) == list(range(len(texts)))
    assert all(row["text"] == texts[row["place"]] and row["origin"] == "dataset" for row in rows)


def test_the_order_depends_on_neither_the_other_samples_nor_their_order(tmp_path):
    _, whole = run(tmp_path / "whole", ROWS)
    _, turned = run(tmp_path / "turned", ROWS[::-1])
    _, alone = run(tmp_path / "alone", ROWS[2:3])
    assert turned == whole
    assert alone["s2"] == whole["s2"]


def test_the_order_does_not_depend_on_the_texts():
    places = [[row["place"] for row in ordered(texts, id="s", seed=3)] for texts in ("abcdef", "uvwxyz")]
    assert places[0] == places[1]


def test_another_seed_or_another_id_gives_another_order():
    orders = [[row["place"] for row in ordered("abcdefghij", id=id_, seed=seed)] for id_ in "xyz" for seed in range(3)]
    assert len({tuple(order) for order in orders}) == 9


def test_every_order_is_about_as_likely():
    counts = Counter("".join(row["text"] for row in ordered("abc", id=f"s{i}", seed=0)) for i in range(3000))
    assert set(counts) == {"".join(order) for order in itertools.permutations("abc")}
    # expected 500 each, standard deviation 20
    assert all(400 < n < 600 for n in counts.values())


def test_the_line_counts_captions_and_samples(tmp_path):
    line, _ = run(tmp_path, [{"id": "a", "captions": ["x"]}, {"id": "b", "captions": ["x", "y", "z"]}])
    assert line == "captions: 4 of 2 samples, 1 to 3 each"


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_inputs_give_equal_bytes(tmp_path, seed):
    for name in ("a", "b"):
        run(tmp_path / name, ROWS, seed=seed)
    assert Project(tmp_path / "a").captions.read_bytes() == Project(tmp_path / "b").captions.read_bytes()
