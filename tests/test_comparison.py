"""``platoscope compare`` and ``platoscope explain`` on small projects of tables alone."""

import shutil

import numpy as np
import pytest

from platoscope import nearest
from platoscope.alignment.agreement import score_matrix
from platoscope.comparison import comparison
from platoscope.data.rows import write_lines
from platoscope.errors import InputError, StoreError
from platoscope.explanation import explanation
from platoscope.params import AlignmentParams, StatisticsParams
from platoscope.project import Project
from platoscope.store import PairLayers, digest_ids, write_alignment, write_neighbours

N, DEPTH, K = 60, 40, 4
ALIGNMENT = AlignmentParams(k=K)
STATISTICS = StatisticsParams(permutations=19, draws=100, blocks=4, splits=2)
BUDGETS = {"video": [1, 8], "text": [1, 2]}


def features(side, budget):
    """Features of both sides that agree more with more budget."""
    rng = np.random.default_rng([len(side), budget])
    return (np.random.default_rng(0).standard_normal((N, 6)) * budget + 2 * rng.standard_normal((N, 6))).astype("f4")


def make(root, ids, kept=slice(None)):
    """A project of one pair of encoders about these samples."""
    project = Project(root)
    for side, key in (("video", "net"), ("text", "words")):
        rows = [nearest(features(side, budget)[kept], k=min(DEPTH, len(ids) - 1)) for budget in BUDGETS[side]]
        ids_array = np.stack(rows)[:, None]
        made = {"samples": digest_ids(ids), "ids": ids, "budgets": BUDGETS[side], "layers": ["only"]}
        project.neighbours(side, key).parent.mkdir(parents=True, exist_ok=True)
        ties = np.zeros((2, 1, ids_array.shape[3]))
        write_neighbours(project.neighbours(side, key), ids_array, ties, attributes=made)
    write_lines(project.samples, [{"id": id_, "source": None, "row": row} for row, id_ in enumerate(ids)])
    return project


IDS = [f"clip_{row:02d}" for row in range(N)]


@pytest.fixture
def project(tmp_path):
    return make(tmp_path / "one", IDS)


def compare(first, second):
    return comparison(first, second, alignment=ALIGNMENT, statistics=STATISTICS)


def score(budgets, kept=slice(None)):
    sides = [nearest(features(s, b)[kept], k=K)[None] for s, b in zip(("video", "text"), budgets, strict=True)]
    return score_matrix(*sides, metric="mutual_knn")[0, 0]


def test_two_cells_of_a_project_with_their_difference(project):
    text = compare((project, "net:words@1,1"), (project, "net:words"))
    lines = text.splitlines()
    assert lines[0].split()[:2] == ["net:words@1,1", f"{score((1, 1)):.4f}"]
    assert lines[1].split()[:2] == ["net:words@8,2", f"{score((8, 2)):.4f}"]
    assert lines[2].split()[:2] == ["difference", f"{score((1, 1)) - score((8, 2)):+.4f}"]
    assert "N = 60" in lines[2]
    assert "95 % interval over samples: -" in text
    assert "p of no difference: 1." in text


def test_cells_of_two_projects_are_compared_on_the_samples_of_both(project, tmp_path):
    kept = np.arange(N - 1, 9, -1)  # other samples, in another order
    other = make(tmp_path / "two", [IDS[row] for row in kept], kept)
    text = compare((project, "net:words@8,2"), (other, "net:words@1,1"))
    both = np.arange(10, N)
    assert f"{score((8, 2), both):.4f}" in text.splitlines()[0]
    assert f"{score((1, 1), both):.4f}" in text.splitlines()[1]
    assert "on the N = 50 samples of both" in text


def test_a_cell_against_itself_in_another_order_differs_by_nothing(project, tmp_path):
    turned = make(tmp_path / "two", IDS[::-1], np.arange(N)[::-1])
    text = compare((project, "net:words@8,2"), (turned, "net:words@8,2"))
    assert "difference     +0.0000" in text
    assert "p of no difference: 1\n" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net", "'net' names no cell: VIDEO:TEXT@n_f,n_c is one"),
        ("net:words@1", "'net:words@1' names no cell"),
        ("net:words@3,1", r"n_f = 3: .*net\.zarr has the budgets 1, 8"),
        ("net:words@1,7", r"n_c = 7: .*words\.zarr has the budgets 1, 2"),
    ],
)
def test_a_name_that_is_no_cell_is_refused(project, name, said):
    with pytest.raises(InputError, match=said):
        compare((project, "net:words"), (project, name))


def test_an_encoder_without_tables_is_named(project):
    with pytest.raises(StoreError, match=r"gone\.zarr is missing"):
        compare((project, "net:words"), (project, "gone:words"))


def test_too_little_in_common_is_refused_with_what_would_help(project, tmp_path):
    few = make(tmp_path / "two", IDS[:5], slice(5))
    with pytest.raises(InputError, match=r"neighbours\.depth has to be larger"):
        compare((project, "net:words"), (few, "net:words"))


def explained(project, count=1, neighbours=2):
    near = np.stack([nearest(features(side, BUDGETS[side][-1]), k=K) for side in ("video", "text")])
    counts = np.array([len(set(a) & set(b)) for a, b in zip(*near.tolist(), strict=True)], np.uint16)
    pair = PairLayers(
        video="net",
        text="words",
        frames=(8,),
        captions=(2,),
        video_layers=("only",),
        text_layers=("0",),
        fixed=(0, 0),
        score=np.full((1, 1, 1, 1), counts.mean() / K),
        count=counts[None, None],
        nearest=near,
        n=N,
        metric="mutual_knn",
        k=K,
        chance=K / (N - 1),
        samples=digest_ids(IDS),
    )
    project.alignment.mkdir(parents=True)
    write_alignment(project.alignment / "layers.zarr", [pair], attributes={"samples": digest_ids(IDS)})
    write_lines(project.captions, [{"id": id_, "captions": [{"text": f"what {id_} shows"}]} for id_ in IDS])
    return near, counts, explanation(project, "net", "words", count=count, neighbours=neighbours)


def test_the_most_and_the_least_agreed_on_are_told_with_their_neighbours(project):
    near, counts, text = explained(project)
    most, least = IDS[counts.argmax()], IDS[counts.argmin()]
    assert f"{most}: {counts.max()} of 4 neighbours in common" in text
    assert f"{least}: {counts.min()} of 4 neighbours in common" in text
    assert f"what {most} shows" in text
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.strip().startswith(f"{most}:"))
    video, words = near[:, counts.argmax()].tolist()
    shown = [line.split()[-3:-1] for line in lines[start + 3 : start + 5]]
    assert [one[1] for one in shown] == [IDS[row] for row in video[:2]]
    marks = [line[4] == "*" for line in lines[start + 3 : start + 5]]
    assert marks == [row in words for row in video[:2]]


def test_a_pair_that_is_not_there_lists_those_that_are(project):
    explained(project)
    with pytest.raises(InputError, match="no pair net:net; the pairs are net:words"):
        explanation(project, "net", "net", count=1, neighbours=1)


def test_samples_of_another_set_are_refused(project):
    explained(project)
    write_lines(project.samples, [{"id": id_, "source": None, "row": row} for row, id_ in enumerate(IDS[::-1])])
    with pytest.raises(StoreError, match="holds other samples, or in another order"):
        explanation(project, "net", "words", count=1, neighbours=1)


def test_sides_of_other_samples_are_refused_and_so_is_a_list_of_others(project, tmp_path):
    other = make(tmp_path / "two", [f"other_{row}" for row in range(N)])
    write_lines(project.samples, [{"id": id_, "source": None, "row": row} for row, id_ in enumerate(IDS[::-1])])
    with pytest.raises(StoreError, match="holds other samples, or in another order"):
        compare((project, "net:words"), (project, "net:words@1,1"))
    store = project.neighbours("text", "words")
    shutil.rmtree(store)
    shutil.copytree(other.neighbours("text", "words"), store)
    with pytest.raises(StoreError, match=r"were made from different samples, first in row 0: 'clip_00' and 'other_0'"):
        compare((project, "net:words"), (project, "net:words@1,1"))
