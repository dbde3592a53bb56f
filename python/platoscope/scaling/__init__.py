"""The law of test-time evidence: score(n_f, n_c) = S_inf - (C_f n_f^-alpha + C_c n_c^-beta).

``fit_law`` turns scores [point] at budgets [point] into the law's parameters and ``fit_points`` says how well they are
known. ``read_laws`` and ``KnownLaw`` answer from the document that the stage and ``platoscope fit`` write.
"""

from platoscope.scaling.document import read_laws, write_laws
from platoscope.scaling.fit import Fit, OfSamples, fit_points
from platoscope.scaling.law import (
    Law,
    fit_law,
    law_curve,
    parameters_at_bound,
    weak_exponents,
)
from platoscope.scaling.points import NoLawError
from platoscope.scaling.predictions import KnownLaw, OutOfReachError, Prediction
from platoscope.scaling.rivals import Rival, compare_laws

__all__ = [
    "Fit",
    "KnownLaw",
    "Law",
    "NoLawError",
    "OfSamples",
    "OutOfReachError",
    "Prediction",
    "Rival",
    "compare_laws",
    "fit_law",
    "fit_points",
    "law_curve",
    "parameters_at_bound",
    "read_laws",
    "weak_exponents",
    "write_laws",
]
