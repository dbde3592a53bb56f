"""The public metrics over features: what all have in common, the published code's definitions, and their chance."""

import numpy as np
import pytest
import torch

from platoscope import metrics
from platoscope.errors import InputError

METRICS = {
    "cka": metrics.cka,
    "cka_rbf": lambda x, y, **more: metrics.cka(x, y, kernel="rbf", **more),
    "unbiased_cka": metrics.unbiased_cka,
    "unbiased_cka_rbf": lambda x, y, **more: metrics.unbiased_cka(x, y, kernel="rbf", bandwidth=0.5, **more),
    "cknna": lambda x, y, **more: metrics.cknna(x, y, k=6, **more),
    "svcca": lambda x, y, **more: metrics.svcca(x, y, components=4, **more),
    "svcca_scaled": lambda x, y, **more: metrics.svcca(x, y, variance=0.6, scale="std", **more),
    "rsa": metrics.rsa,
    "rsa_cosine": lambda x, y, **more: metrics.rsa(x, y, distance="cosine", correlation="pearson", **more),
    "rsa_euclidean": lambda x, y, **more: metrics.rsa(x, y, distance="euclidean", **more),
}
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


def only(*names):
    return pytest.mark.parametrize("metric", [METRICS[name] for name in names], ids=names)


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def related(samples=40, seed=0):
    """Two spaces that agree in part, of other dims."""
    x = normal(samples, 8, seed)
    return x, np.hstack([x[:, :5] @ normal(5, 6, 50), normal(samples, 5, seed + 1)])


@every_metric
def test_a_space_is_wholly_alike_itself_and_partly_alike_another(metric):
    x, y = related()
    assert metric(x, x) == pytest.approx(1, rel=1e-12)
    assert 0.1 < metric(x, y) < 0.95


@every_metric
def test_the_order_of_the_samples_does_not_matter(metric):
    x, y = related()
    shuffle = np.random.default_rng(2).permutation(len(x))
    assert metric(x[shuffle], y[shuffle]) == pytest.approx(metric(x, y), rel=1e-10)
    assert abs(metric(x[shuffle], y) - metric(x, y)) > 0.02


@only(*(name for name in METRICS if name != "cknna"))
def test_the_order_of_the_spaces_does_not_matter(metric):
    x, y = related()
    assert metric(y, x) == pytest.approx(metric(x, y), rel=1e-12)


def test_cknna_is_nearly_symmetric():
    x, y = related()
    scores = metrics.cknna(x, y, k=6), metrics.cknna(y, x, k=6)
    assert scores[0] != scores[1]
    assert scores[0] == pytest.approx(scores[1], abs=0.02)


@every_metric
def test_a_space_may_be_scaled(metric):
    x, y = related()
    assert metric(3.7 * x, y) == pytest.approx(metric(x, y), rel=1e-10)


@only("cka", "cka_rbf", "unbiased_cka", "unbiased_cka_rbf", "svcca", "svcca_scaled", "rsa_euclidean")
def test_a_space_may_be_shifted(metric):
    x, y = related()
    assert metric(x + np.arange(8), y) == pytest.approx(metric(x, y), rel=1e-10)


@only("cka", "cka_rbf", "unbiased_cka", "unbiased_cka_rbf", "cknna", "svcca", "rsa_cosine", "rsa_euclidean")
def test_a_space_may_be_rotated(metric):
    x, y = related()
    rotation = np.linalg.qr(normal(8, 8, 3))[0]
    assert metric(x @ rotation, y) == pytest.approx(metric(x, y), rel=1e-10)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16])
@every_metric
def test_tensors_and_arrays_give_one_score(metric, dtype):
    x, y = (torch.from_numpy(rows).to(dtype) for rows in related())
    assert metric(x, y.requires_grad_()) == metric(x.numpy(), y.detach().numpy())


@every_metric
def test_a_clip_is_applied_to_both_spaces(metric):
    x, y = related()
    x[3, 2], y[5, 1] = 60, -60
    clipped = [
        np.clip(rows, -limit, limit)
        for rows in (x.astype(np.float32), y.astype(np.float32))
        for limit in [np.float32(np.quantile(np.abs(rows).astype(float), 0.9))]
    ]
    assert metric(x, y, clip=0.9) == pytest.approx(metric(*clipped), rel=1e-4)
    assert abs(metric(x, y, clip=0.9) - metric(x, y)) > 0.01


def published_cka(x, y, *, unbiased):
    """HSIC over whole Gram matrices and 1e-6 in the denominator, as the code of Huh et al. has it."""

    def hsic(one, other):
        n = len(one)
        if not unbiased:
            h = torch.eye(n, dtype=one.dtype) - 1 / n
            return torch.trace(one @ h @ other @ h)
        one, other = one.clone().fill_diagonal_(0), other.clone().fill_diagonal_(0)
        value = (one * other.T).sum() + one.sum() * other.sum() / ((n - 1) * (n - 2))
        return (value - 2 * (one @ other).sum() / (n - 2)) / (n * (n - 3))

    one, other = x @ x.T, y @ y.T
    return (hsic(one, other) / ((hsic(one, one) * hsic(other, other)).sqrt() + 1e-6)).item()


def test_cka_is_what_the_published_code_gives():
    x, y = (torch.from_numpy(rows) for rows in related())
    assert metrics.cka(x, y) == pytest.approx(published_cka(x, y, unbiased=False), rel=1e-6)
    assert metrics.unbiased_cka(x, y) == pytest.approx(published_cka(x, y, unbiased=True), rel=1e-5)


def test_an_rbf_kernel_of_given_sigma_is_that_of_the_published_code():
    x, y = (torch.from_numpy(rows) for rows in related())
    one, other = (torch.exp(-(torch.cdist(rows, rows) ** 2) / (2 * 3.0**2)) for rows in (x, y))
    h = torch.eye(len(x), dtype=x.dtype) - 1 / len(x)
    one, other = h @ one @ h, h @ other @ h
    expected = ((one * other).sum() / ((one**2).sum() * (other**2).sum()).sqrt()).item()
    assert metrics.cka(x, y, kernel="rbf", sigma=3.0) == pytest.approx(expected, rel=1e-6)


def chance(metric, *, samples, dim, pairs=12):
    """Mean and standard error of the score of independent spaces."""
    scores = [metric(normal(samples, dim, seed), normal(samples, dim, 1000 + seed)) for seed in range(pairs)]
    return np.mean(scores), np.std(scores, ddof=1) / pairs**0.5


def test_independent_spaces_have_an_unbiased_cka_of_zero_and_a_cka_that_grows_with_their_dims():
    for dim in (10, 300):
        mean, error = chance(metrics.unbiased_cka, samples=60, dim=dim)
        assert abs(mean) < 4 * error < 0.05
    assert 0.1 < chance(metrics.cka, samples=60, dim=10)[0] < 0.3
    assert chance(metrics.cka, samples=60, dim=300)[0] > 0.7
    assert 0.55 < chance(metrics.cka, samples=256, dim=384, pairs=2)[0] < 0.65  # as the docstring says


@only("rsa", "rsa_cosine", "rsa_euclidean")
def test_independent_spaces_have_an_rsa_of_zero(metric):
    mean, error = chance(metric, samples=60, dim=20, pairs=30)
    assert abs(mean) < 4 * error < 0.05


def test_independent_spaces_have_a_cknna_below_the_share_of_neighbours_and_an_svcca_that_grows_with_components():
    assert 0 < chance(metrics.cknna, samples=200, dim=40)[0] < 10 / 199
    for components in (5, 20):
        mean, _ = chance(lambda x, y: metrics.svcca(x, y, components=components), samples=400, dim=60)  # noqa: B023
        assert mean == pytest.approx(0.85 * (components / 400) ** 0.5, rel=0.06)


@every_metric
def test_a_fault_of_the_second_space_is_laid_to_the_second_space(metric):
    x, y = related()
    with pytest.raises(InputError, match="x has 40 samples and y has 39, but they must be the same samples"):
        metric(x, y[1:])
    with pytest.raises(InputError, match="x has 1 samples, but this metric needs at least"):
        metric(x[:1], y[:1])
    with pytest.raises(InputError, match=r"y has shape \(440,\), but must be \[sample, dim\]"):
        metric(x, y.ravel())
    with pytest.raises(InputError, match="y has dtype int64, but must be of a float type"):
        metric(x, y.astype(np.int64))
    y[4, 1] = np.inf
    with pytest.raises(InputError, match="y is inf in float32 at sample 4, dim 1, but must be finite"):
        metric(x, y)


@every_metric
def test_constant_features_are_an_error_and_never_nan(metric):
    x, y = related()
    with pytest.raises(InputError, match=r"\by\b"):
        metric(x, np.full_like(y, 0.1))


@pytest.mark.parametrize(("k", "accepted"), [(1, r"2\.\.39"), (40, r"2\.\.39")])
def test_a_k_out_of_range_is_named(k, accepted):
    with pytest.raises(InputError, match=f"k is {k}, but must be in {accepted}"):
        metrics.cknna(*related(), k=k)
