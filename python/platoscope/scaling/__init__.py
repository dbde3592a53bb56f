"""The law of test-time evidence: score(n_f, n_c) = S_inf - (C_f n_f^-alpha + C_c n_c^-beta).

``fit_law`` turns scores [point] at budgets [point] into the law's parameters, ``scale`` does so for every pair of
a table.
"""

from platoscope.scaling.law import (
    Law,
    NoLawError,
    fit_law,
    heldout_rmse,
    law_curve,
    parameters_at_bound,
    weak_exponents,
)
from platoscope.scaling.stage import scale

__all__ = [
    "Law",
    "NoLawError",
    "fit_law",
    "heldout_rmse",
    "law_curve",
    "parameters_at_bound",
    "scale",
    "weak_exponents",
]
