"""The kinds of probes, by name."""

from platoscope.temporal.stages.context import Kind
from platoscope.temporal.stages.pair_tables import PAIRS

KINDS: dict[str, Kind] = {"pairs": PAIRS}
