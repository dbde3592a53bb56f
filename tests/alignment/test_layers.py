"""Every layer of one model against every layer of another: the metrics of each pair, and the seed's own preparation."""

import numpy as np
import pytest
import torch

from platoscope import layer_scores, metrics
from platoscope.alignment.agreement import chance_of
from platoscope.alignment.clip.outliers import ClipRule
from platoscope.alignment.clip.pooled import prh_threshold
from platoscope.errors import InputError


def model(layers, samples, seed, dims=(6, 9, 4)):
    rng = np.random.default_rng(seed)
    return [rng.standard_t(3, size=(samples, dims[layer % 3])) * (1 + layer) for layer in range(layers)]


X, Y = model(3, 70, 0), model(4, 70, 1)


@pytest.mark.parametrize("metric", ["mutual_knn", "jaccard_knn", "cycle_knn", "lcs_knn", "edit_distance_knn"])
@pytest.mark.parametrize("clip", [None, 0.8])
def test_the_matrix_holds_the_metric_of_every_pair_and_the_score_is_the_best(metric, clip):
    named = {"clip": "none"} if clip is None else {"clip": "per_layer", "quantile": clip}
    scores = layer_scores(X, Y, metric=metric, k=6, **named)
    expected = [[getattr(metrics, metric)(x, y, k=6, clip=clip) for y in Y] for x in X]
    np.testing.assert_allclose(scores.matrix, expected, rtol=1e-12)
    assert scores.score == pytest.approx(np.max(expected), rel=1e-12)
    assert scores.matrix[scores.layers] == scores.score
    assert (scores.metric, scores.n, scores.k) == (metric, 70, 6)
    assert scores.chance == chance_of(metric, samples=70, k=6)


def test_lists_arrays_and_tensors_are_one_and_the_same():
    whole = np.random.default_rng(3).normal(size=(3, 70, 5))
    expected = layer_scores(list(whole), Y).matrix
    for given in (whole, torch.from_numpy(whole), list(torch.from_numpy(whole))):
        np.testing.assert_array_equal(layer_scores(given, Y).matrix, expected)


def huh_score(x, y, *, q, exact, topk):
    """`prepare_features` and `compute_score` of Huh et al., restated for `[sample, layer, dim]`; mutual k-NN."""
    masks = []
    for feats in (x, y):
        if q == 1:
            threshold = torch.inf
        elif exact:
            threshold = feats.abs().reshape(-1).sort().values[int(q * feats.numel())]
        else:
            threshold = torch.quantile(feats.abs().flatten(start_dim=1), q, dim=1).mean()
        rows = torch.nn.functional.normalize(feats.clamp(-threshold, threshold), dim=-1)
        products = torch.einsum("ald,bld->lab", rows, rows)
        products.diagonal(dim1=1, dim2=2).fill_(-1e8)
        nearest = products.argsort(dim=2, descending=True)[:, :, :topk]
        masks.append(torch.zeros_like(products).scatter_(2, nearest, 1.0))
    return torch.einsum("iab,jab->ij", *masks) / (topk * len(x))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("q", [0.95, 0.6, 1.0])
def test_the_clips_of_huh_et_al_give_their_score(exact, q):
    rng = np.random.default_rng(5)
    x, y = (torch.from_numpy(rng.standard_t(2, size=(90, layers, 8))).float() for layers in (3, 4))
    y[:, :3] += 0.5 * x
    expected = huh_score(x, y, q=q, exact=exact, topk=7)
    clip = "prh_exact" if exact else "prh"
    scores = layer_scores(x.transpose(0, 1), y.transpose(0, 1), k=7, clip=clip, quantile=q)
    np.testing.assert_allclose(scores.matrix, expected.numpy(), atol=1e-6)
    assert scores.layers == tuple(np.unravel_index(int(expected.argmax()), expected.shape))


def test_one_threshold_serves_all_layers_of_a_side():
    rules = [ClipRule("prh", 0.9, prh_threshold(side, quantile=0.9)) for side in (X, Y)]
    tables = [[metrics.neighbour_table(layer, depth=6, clip=rule).ids for layer in side] for side, rule in
              zip((X, Y), rules, strict=True)]  # fmt: skip
    expected = [[np.mean([len(set(a) & set(b)) / 6 for a, b in zip(x, y, strict=True)]) for y in tables[1]]
                for x in tables[0]]  # fmt: skip
    np.testing.assert_allclose(layer_scores(X, Y, k=6, clip="prh", quantile=0.9).matrix, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        ([], Y, {}, "x is empty, but must hold at least one layer"),
        (X, [], {}, "y is empty"),
        (X[0], Y, {}, r"x has shape \(70, 6\), but must be \[layer, sample, dim\] or a list of \[sample, dim\]"),
        (X, model(2, 71, 0), {}, "x has 70 samples and y has 71"),
        ([X[0], X[1][:-1]], Y, {}, r"x\[1\] has 69 samples, but x\[0\] has 70"),
        (X, Y, {"k": 70}, r"k is 70, but must be in 1\.\.69"),
        (None, Y, {}, r"x is a NoneType, but must be \[layer, sample, dim\] or a list"),
        ([[1.0]], Y, {}, r"x\[0\] is a list, but must be a NumPy array or a torch tensor"),
        (X, Y, {"metric": "cka"}, "metric is 'cka', but must be one of mutual_knn"),
        (X, Y, {"clip": "huh"}, "clip is 'huh', but must be none, per_layer, prh or prh_exact"),
        (X, Y, {"quantile": 0.0}, "quantile is 0.0"),
        (X, Y, {"engine": "abacus"}, "engine is 'abacus'"),
    ],
)
def test_what_is_wrong_is_named(x, y, options, message):
    with pytest.raises(InputError, match=message):
        layer_scores(x, y, **options)
