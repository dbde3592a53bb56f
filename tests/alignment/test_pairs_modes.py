"""The alignment stage with texts of several variants: a pair each, and the parts of what more captions add."""

import csv
import json

import numpy as np
import pytest
from test_pairs import DEPTH, IDS, QUICK, K, N, params, project, table  # noqa: F401

from platoscope.alignment.agreement import sample_scores
from platoscope.alignment.stages import pairs
from platoscope.store import digest_ids, read_alignment, write_neighbours

MODES = ("distinct", "paraphrase", "repeat", "shuffled")
BUDGETS = [1, 2, 3]


@pytest.fixture
def several(project):  # noqa: F811
    """Texts whose later budgets are ever nearer to the videos, the more so the more their mode says."""
    first = table(1, 2, 50)
    tables, variants = [], []
    for combine in ("join", "mean"):
        for seed, mode in enumerate(MODES):
            own = table(3, 2, 2 + seed)
            own[0] = first[0]
            if mode == "repeat":
                own[:] = first[0]
            if mode == "distinct":
                own[-1] = table(2, 3, 0)[-1][:2]  # as the big encoder itself
            tables.append(own)
            variants += [[mode, combine]] * 3
    ids = np.concatenate(tables)
    made = {"samples": digest_ids(IDS), "ids": IDS, "budgets": BUDGETS * 8, "variants": variants, "layers": ["0", "1"]}
    path = project.neighbours("text", "words")
    for old in sorted(path.rglob("*"), reverse=True):
        old.rmdir() if old.is_dir() else old.unlink()
    path.rmdir()
    write_neighbours(path, ids, np.zeros((*ids.shape[:2], DEPTH)), attributes=made)
    return project, dict(zip([(mode, combine) for combine in ("join", "mean") for mode in MODES], tables, strict=True))


def run(project, **captions):  # noqa: F811
    wanted = params(QUICK)
    wanted = wanted.model_copy(update={"captions": wanted.captions.model_copy(update=captions)})
    return pairs.run(wanted, project)


def test_every_variant_is_scored_as_an_encoder_of_its_own_and_the_first_is_what_is_said(several):
    project, tables = several  # noqa: F811
    line = run(project, modes=MODES, combine=("join", "mean"))
    assert line.startswith("alignment by mutual_knn: 2 pairs, best big:words ")
    found = {(pair.video, pair.text): pair for pair in read_alignment(project.alignment)}
    names = ["words", *(f"words+{mode}" for mode in MODES[1:])]
    names += ["words+mean", *(f"words+{mode}+mean" for mode in MODES[1:])]
    assert [text for video, text in found if video == "big"] == names
    for name, own in zip(names, tables.values(), strict=True):
        pair = found["big", name]
        # All modes of one way to combine captions by the layers that are best for the first.
        assert pair.fixed == found["big", "words+mean" if name.endswith("+mean") else "words"].fixed
        assert pair.captions == tuple(BUDGETS)
        a, b = pair.fixed
        for budget in range(3):
            values = sample_scores(table(2, 3, 0)[-1, a], own[budget, b], metric="mutual_knn", k=K)
            assert pair.score[-1, budget][pair.fixed] == pytest.approx(values.mean(), rel=1e-12)
    with (project.alignment / "pairs.csv").open(newline="") as file:
        assert {row["text"] for row in csv.DictReader(file)} == set(names)
    tracked = json.loads((project.results / "alignment.json").read_text())
    assert set(tracked["pairs"]["big"]) == {"words"}


def test_the_parts_of_the_gain_are_those_of_the_layers_that_are_best_for_distinct_captions(several):
    project, tables = several  # noqa: F811
    run(project, modes=MODES, combine=("join", "mean"))
    told = json.loads((project.alignment / "statistics.json").read_text())["captions"]
    assert [(row["video"], row["text"]) for row in told] == [
        (video, text) for video in ("big", "small") for text in ("words", "words+mean")
    ]
    row = told[0]
    found = next(pair for pair in read_alignment(project.alignment) if (pair.video, pair.text) == ("big", "words"))
    a, b = found.fixed
    seen = table(2, 3, 0)[-1, a]

    def score(mode, budget):
        return sample_scores(seen, tables[mode, "join"][budget, b], metric="mutual_knn", k=K).mean()

    assert row["n_c"] == [1, 3]
    assert row["start"] == pytest.approx(score("distinct", 0))
    assert row["scores"] == {mode: pytest.approx(score(mode, -1)) for mode in ("distinct", "paraphrase", "repeat")}
    assert [part["name"] for part in row["parts"]] == ["length", "wording", "coverage"]
    assert row["parts"][0]["value"] == pytest.approx(0, abs=1e-12)  # a caption repeated is the caption
    assert sum(part["value"] for part in row["parts"]) == pytest.approx(row["gain"])
    tracked = json.loads((project.results / "alignment.json").read_text())["captions"]
    shares = {part["name"]: part["share"] for part in row["parts"]}
    assert tracked["big"]["words"] == {"gain": row["gain"], **shares}
    assert len(IDS) == N


def test_without_modes_nothing_is_parted(project):  # noqa: F811
    run(project)
    assert json.loads((project.alignment / "statistics.json").read_text())["captions"] == []
    assert "captions" not in json.loads((project.results / "alignment.json").read_text())
