"""The pair of layers is chosen by some samples and scored by others, among the same neighbours."""

import numpy as np
import pytest

from platoscope import _native
from platoscope.alignment.agreement import score_matrix
from platoscope.alignment.scores import METRICS, best_layers
from platoscope.alignment.statistics.galleries import within
from platoscope.alignment.statistics.groups import parts_of
from platoscope.alignment.statistics.heldout import chosen_layers, heldout_score
from platoscope.errors import UnavailableError

N, K = 30, 4


def tables(layers, seed):
    """Lists of N - 1 others that have some order in common with those of other seeds."""
    order = np.random.default_rng(99).random((N, N)) + np.random.default_rng(seed).random((layers, N, N))
    order[..., np.arange(N), np.arange(N)] = 9
    return order.argsort(axis=2)[..., : N - 1].astype(np.int32)


A, B = tables(3, 0), tables(4, 1)


def values(metric):
    """The score of every sample for every pair of layers, [layer_a, layer_b, sample]."""
    counts = _native.sample_values(A, B, measure=METRICS[metric].measure, k=K)
    return METRICS[metric].score(counts.astype(float), K)


@pytest.mark.parametrize("metric", METRICS)
def test_a_half_chooses_among_itself_alone(metric):
    half = np.sort(np.random.default_rng(2).choice(N, 14, replace=False))
    names = {sample: place for place, sample in enumerate(half.tolist())}
    alone = [
        [[[names[i] for i in layer[row] if i in names][:K] for row in half] for layer in side.tolist()]
        for side in (A, B)
    ]
    scores = score_matrix(*(np.array(side, np.int32) for side in alone), metric=metric)
    assert chosen_layers(A, B, half, metric=metric, k=K) == best_layers(scores)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(10), 3)])
def test_each_half_scores_what_the_other_chose_among_all_neighbours(metric, groups):
    rng, found = np.random.default_rng(7), []
    of_all = values(metric)
    for _ in range(6):
        first = parts_of(N, groups, parts=2, rng=rng) == 0
        for chooses, scores in ((first, ~first), (~first, first)):
            best = chosen_layers(A, B, np.flatnonzero(chooses), metric=metric, k=K)
            found.append(of_all[best][scores].mean())
    score = heldout_score(A, B, metric=metric, k=K, splits=6, seed=7, groups=groups)
    assert score == pytest.approx(np.mean(found), rel=1e-12)


def test_with_one_pair_of_layers_there_is_nothing_to_choose():
    score = heldout_score(A[:1], B[:1], metric="mutual_knn", k=K, splits=4, seed=0)
    assert score == pytest.approx(values("mutual_knn")[0, 0].mean(), rel=1e-12)


def test_tables_too_shallow_for_half_of_the_samples_choose_by_what_they_hold_or_not_at_all():
    half = np.arange(0, N, 2)
    tables = [within(side[:, :, :9], half, at_most=K) for side in (A, B)]
    reach = min(table.shape[2] for table in tables)
    assert 0 < reach < K
    shallow = chosen_layers(A[:, :, :9], B[:, :, :9], half, metric="mutual_knn", k=K)
    assert shallow == best_layers(score_matrix(*tables, metric="mutual_knn", k=reach))
    with pytest.raises(
        UnavailableError, match=r"tables of 1 neighbours hold none .* neighbours\.depth has to be larger"
    ):
        chosen_layers(A[:, :, :1], B[:, :, :1], half, metric="mutual_knn", k=1)


def test_a_single_source_cannot_be_split():
    with pytest.raises(UnavailableError, match="all samples are of one source"):
        heldout_score(A, B, metric="mutual_knn", k=K, splits=2, seed=0, groups=np.zeros(N, np.int64))
