"""Which encoders are controls, by their entries in params: they know nothing, or are shown no more."""

from collections.abc import Mapping
from typing import Any

from platoscope.errors import InputError

SHOWN_LESS = {"repeat": "one frame repeated", "span": "frames in a row"}  # samplers that are controls


def control_of(params: Mapping[str, Any], side: str, key: str) -> str | None:
    """What makes an encoder a control: no network at all, one that was never trained, or frames that show no more."""
    known = params["encoders"][side]
    if key not in known:
        raise InputError(f"params name no {side} encoder {key!r}, only {', '.join(known)}: repeat the alignment stage")
    return control_in(known[key])


def control_in(entry: Mapping[str, Any]) -> str | None:
    """The same from an encoder's entry."""
    if entry.get("family") == "pixels":
        return "pixels"
    if entry.get("random_init"):
        return "untrained"
    return SHOWN_LESS.get(entry.get("sampler", "center"))
