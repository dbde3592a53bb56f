"""Scores are drawn anew as they might have come out: residuals as wide as errors, the same by any number of threads."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.errors import InputError
from platoscope.scaling.resampling import resample_residuals


@given(st.integers(0, 1000))
def test_residuals_are_centred_and_as_wide_as_the_errors_that_left_them(seed: int) -> None:
    residuals = np.random.default_rng(seed).normal(0.3, 0.01, 12)
    drawn = resample_residuals(np.zeros(12), residuals, parameters=5, draws=50, seed=seed)
    wide = (residuals - residuals.mean()) * np.sqrt(12 / 7)
    assert set(drawn.ravel().tolist()) <= set(wide.tolist())
    assert np.mean(wide) == pytest.approx(0, abs=1e-15)
    assert np.sum(wide**2) / 12 == pytest.approx(np.sum((residuals - residuals.mean()) ** 2) / (12 - 5))


def test_as_many_parameters_as_points_leave_no_residual_to_draw() -> None:
    with pytest.raises(InputError, match="5 points, 5 parameters: no residual"):
        resample_residuals(np.zeros(5), np.zeros(5), parameters=5, draws=9, seed=0)


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_changes_no_byte(threads: int) -> None:
    code = (
        "import hashlib, numpy as np; from platoscope.scaling import OfSamples, fit_points\n"
        "n_f, n_c = (g.ravel() for g in np.meshgrid([1, 2, 4, 8, 16, 32], [1, 2, 4, 10], indexing='ij'))\n"
        "x = np.random.default_rng(0).random((2000, 24)) * (0.8 - 0.3 / n_f - 0.3 / n_c)\n"
        "fit = fit_points(n_f, n_c, x.mean(axis=0), draws=300, of_samples=OfSamples(x, [None] * 2000))\n"
        "parts = [*fit.bootstrap.parameters.values(), fit.law.residuals, np.array(list(fit.intervals.values()))]\n"
        "print(hashlib.sha256(b''.join(part.tobytes() for part in parts)).hexdigest())"
    )
    outputs = []
    for count in (1, threads):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        environment = dict.fromkeys(names, str(count))
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
