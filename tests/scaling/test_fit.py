"""One group's fit: which bootstrap it has, that it is said, and that equal points give equal bytes."""

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy

from platoscope.errors import InputError
from platoscope.scaling import Fit, NoLawError, OfSamples, compare_laws, fit_law, fit_points


def of_samples(seed: int = 0, *, n: int = 60) -> np.ndarray:
    """Scores [sample, point], multiples of 1/10, of videos that are easy or hard in all cells."""
    rng = np.random.default_rng(seed)
    share = (0.9 - 0.4 / FRAMES - 0.3 / CAPTIONS) * rng.uniform(0.4, 1.0, (n, 1))
    return rng.binomial(10, share) / 10


def bytes_of(fit: Fit) -> bytes:
    assert fit.bootstrap is not None
    parts = [*fit.bootstrap.parameters.values(), fit.bootstrap.rmse, fit.law.residuals, fit.scores]
    return b"".join(part.tobytes() for part in parts) + repr((fit.intervals, fit.profiles, fit.rivals)).encode()


def test_a_table_alone_has_its_residuals_drawn_and_it_is_said_why() -> None:
    fit = fit_points(FRAMES, CAPTIONS, noisy(0), draws=200)
    assert fit.bootstrap is not None
    assert fit.bootstrap.kind == "residuals"
    assert fit.intervals_from == (
        "bootstrap over residuals: 200 draws, widened for the fitted parameters, as the scores of single samples are "
        "not known; an error that all cells share, as cells of the same videos do, is not in it"
    )
    assert fit.law == fit_law(FRAMES, CAPTIONS, noisy(0))
    assert fit.rivals == compare_laws(FRAMES, CAPTIONS, noisy(0))
    assert fit.heldout_rmse == fit.rivals[0].heldout_rmse
    assert set(fit.intervals) == set(fit.profiles) == {"s_inf", "c_f", "c_c", "alpha", "beta"}


def test_where_samples_are_known_videos_are_drawn_whole_sources_at_a_time_and_it_is_said() -> None:
    x = of_samples()
    sources = [f"film {row // 3}" for row in range(48)] + [None] * 12
    fits = [
        fit_points(FRAMES, CAPTIONS, x.mean(axis=0), draws=200, of_samples=OfSamples(x, names))
        for names in (sources, [None] * 60)
    ]
    assert [fit.intervals_from for fit in fits] == [
        "bootstrap over videos: 200 draws of 28 whole sources of 60 videos, the same for all cells",
        "bootstrap over videos: 200 draws of 60 videos, the same for all cells",
    ]
    assert fits[0].intervals != fits[1].intervals
    assert fits[0].law == fits[1].law


@pytest.mark.parametrize("n", [50, 1])
def test_samples_of_one_source_have_residuals_drawn_and_it_is_said_why(n: int) -> None:
    x = of_samples(n=n)
    fit = fit_points(FRAMES, CAPTIONS, x.mean(axis=0), draws=100, of_samples=OfSamples(x, ["film"] * n))
    alone = fit_points(FRAMES, CAPTIONS, x.mean(axis=0), draws=100)
    assert fit.bootstrap is not None
    assert fit.bootstrap.kind == "residuals"
    assert (
        "as all samples are of one source, beside which none can be drawn (statistics.by_source" in fit.intervals_from
    )
    assert (fit.intervals, fit.law) == (alone.intervals, alone.law)


def test_two_sources_are_enough_for_videos_to_be_drawn() -> None:
    x = of_samples(n=20)
    fit = fit_points(FRAMES, CAPTIONS, x.mean(axis=0), draws=100, of_samples=OfSamples(x, ["film"] * 19 + [None]))
    assert "100 draws of 2 whole sources of 20 videos" in fit.intervals_from


def test_samples_belong_to_their_cells_whatever_the_order_of_the_points() -> None:
    x, order = of_samples(), np.random.default_rng(1).permutation(30)
    score = x.mean(axis=0)
    whole = fit_points(FRAMES, CAPTIONS, score, draws=100, of_samples=OfSamples(x, [None] * 60))
    mixed = fit_points(
        FRAMES[order], CAPTIONS[order], score[order], draws=100, of_samples=OfSamples(x[:, order], [None] * 60)
    )
    assert bytes_of(whole) == bytes_of(mixed)


def test_the_seed_and_it_alone_decides_the_draws() -> None:
    one, again, other = (bytes_of(fit_points(FRAMES, CAPTIONS, noisy(0), draws=100, seed=seed)) for seed in (3, 3, 4))
    assert one == again != other


def test_as_many_points_as_parameters_give_a_law_without_intervals_and_say_so() -> None:
    fit = fit_points([1, 2, 4], [7, 7, 7], [0.2, 0.3, 0.34])
    assert fit.bootstrap is None
    assert fit.intervals == {}
    assert fit.intervals_from == "none: as many points as parameters leave no residual to draw"
    assert "as many points as parameters: no error is left to judge the fit by" in fit.flags
    assert "n_c does not vary: the law of frames alone, at n_c = 7" in fit.flags


def test_equal_scores_have_a_law_that_is_flat_and_nothing_else_is_said_of_it() -> None:
    fit = fit_points(FRAMES, CAPTIONS, np.full(30, 0.3), draws=100)
    assert fit.flags == [
        "c_f is 0: the scores do not rise with frames",
        "c_c is 0: the scores do not rise with captions",
    ]
    assert fit.intervals == {"s_inf": (0.3, 0.3), "c_f": (0.0, 0.0), "c_c": (0.0, 0.0)}


def test_scores_that_do_not_rise_with_frames_are_flagged_in_words() -> None:
    fit = fit_points(FRAMES, CAPTIONS, 0.3 + 0.2 / FRAMES - 0.1 / CAPTIONS, draws=100)
    assert "c_f is 0: the scores do not rise with frames" in fit.flags


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 99}, "draws = 99: at least 100"),
        ({"level": 1.0}, "level = 1.0: a share between 0 and 1"),
        ({"of_samples": OfSamples(of_samples(), [None] * 60)}, "average to others than the cells'"),
        ({"of_samples": OfSamples(of_samples()[:, :9], [None] * 60)}, r"\(60, 9\): \[sample, point\] = \(60, 30\)"),
        ({"of_samples": OfSamples(of_samples(), [None] * 59)}, r"\(60, 30\): \[sample, point\] = \(59, 30\)"),
        ({"of_samples": OfSamples(np.empty((0, 30)), [])}, r"\(0, 30\): \[sample, point\] = \(0, 30\)"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_points(FRAMES, CAPTIONS, noisy(0), **change)  # type: ignore[arg-type]


def test_budgets_that_determine_no_law_are_refused_as_fit_law_does() -> None:
    with pytest.raises(NoLawError, match="neither n_f nor n_c varies"):
        fit_points([1] * 6, [1] * 6, [0.1] * 6)
