"""platoscope: how well vision encoders and text encoders agree about the same events, and what more evidence brings.

The public names load what they need when they are first used: `import platoscope` loads neither torch nor faiss.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platoscope import reference_data, temporal
    from platoscope.alignment import metrics
    from platoscope.alignment.agreement import max_null, overlap_matrix
    from platoscope.alignment.layers import LayerScores, layer_scores
    from platoscope.alignment.metrics import mutual_knn
    from platoscope.alignment.reference import Reference
    from platoscope.alignment.search.neighbours import nearest
    from platoscope.alignment.statistics.nulls import Calibration, calibrate
    from platoscope.scaling.law import Law, fit_law

_PLACES = {
    "Calibration": "platoscope.alignment.statistics.nulls",
    "Law": "platoscope.scaling.law",
    "LayerScores": "platoscope.alignment.layers",
    "Reference": "platoscope.alignment.reference",
    "calibrate": "platoscope.alignment.statistics.nulls",
    "fit_law": "platoscope.scaling.law",
    "layer_scores": "platoscope.alignment.layers",
    "max_null": "platoscope.alignment.agreement",
    "metrics": "platoscope.alignment",
    "mutual_knn": "platoscope.alignment.metrics",
    "nearest": "platoscope.alignment.search.neighbours",
    "overlap_matrix": "platoscope.alignment.agreement",
    "reference_data": "platoscope.reference_data",
    "temporal": "platoscope.temporal",
}

__all__ = [
    "Calibration",
    "Law",
    "LayerScores",
    "Reference",
    "calibrate",
    "fit_law",
    "layer_scores",
    "max_null",
    "metrics",
    "mutual_knn",
    "nearest",
    "overlap_matrix",
    "reference_data",
    "temporal",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'platoscope' has no attribute {name!r}; it has {', '.join(sorted(_PLACES))}")
    place = import_module(_PLACES[name])
    if _PLACES[name] == f"{__name__}.{name}":
        return place
    return getattr(place, name) if hasattr(place, name) else import_module(f"{_PLACES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted(_PLACES)
