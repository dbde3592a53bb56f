"""What a representation of video knows of time that a bag of its frames cannot know: probes, readouts, vectors.

The names here load what they need when they are first used; the rest is in the modules.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platoscope.temporal.probing import Probed, probe
    from platoscope.temporal.readouts import differences, readout
    from platoscope.temporal.signs import PairProbe, protected_pairs
    from platoscope.temporal.variants import variant

_PLACES = {
    "PairProbe": "signs",
    "Probed": "probing",
    "differences": "readouts",
    "probe": "probing",
    "protected_pairs": "signs",
    "readout": "readouts",
    "variant": "variants",
}

__all__ = ["PairProbe", "Probed", "differences", "probe", "protected_pairs", "readout", "variant"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(sorted(_PLACES))}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_PLACES)
