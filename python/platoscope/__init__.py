"""platoscope: how well vision encoders and text encoders agree about the same events, and what more evidence brings.

The public names load what they need when they are first used: `import platoscope` loads neither torch nor faiss.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platoscope.alignment import metrics
    from platoscope.alignment.metrics import mutual_knn, overlap_matrix
    from platoscope.alignment.neighbours import nearest
    from platoscope.scaling.law import Law, fit_law

_PLACES = {
    "Law": "platoscope.scaling.law",
    "fit_law": "platoscope.scaling.law",
    "metrics": "platoscope.alignment",
    "mutual_knn": "platoscope.alignment.metrics",
    "nearest": "platoscope.alignment.neighbours",
    "overlap_matrix": "platoscope.alignment.metrics",
}

__all__ = ["Law", "fit_law", "metrics", "mutual_knn", "nearest", "overlap_matrix"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'platoscope' has no attribute {name!r}; it has {', '.join(sorted(_PLACES))}")
    place = import_module(_PLACES[name])
    return getattr(place, name) if hasattr(place, name) else import_module(f"{_PLACES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted(_PLACES)
