"""The kinds of probes, by name."""

from platoscope.temporal.stages.context import Kind
from platoscope.temporal.stages.orderings import ORDERING
from platoscope.temporal.stages.pair_tables import PAIRS
from platoscope.temporal.stages.vector_tables import VECTORS_KIND

KINDS: dict[str, Kind] = {"pairs": PAIRS, "ordering": ORDERING, "vectors": VECTORS_KIND}
