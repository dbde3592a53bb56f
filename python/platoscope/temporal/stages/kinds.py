"""The kinds of probes, by name."""

from platoscope.temporal.stages.context import Kind
from platoscope.temporal.stages.odd_tables import ODD_KIND
from platoscope.temporal.stages.orderings import ORDERING
from platoscope.temporal.stages.pair_tables import PAIRS
from platoscope.temporal.stages.test_of_time import TEST_OF_TIME
from platoscope.temporal.stages.vector_tables import VECTORS_KIND

KINDS: dict[str, Kind] = {
    "pairs": PAIRS,
    "ordering": ORDERING,
    "vectors": VECTORS_KIND,
    "odd": ODD_KIND,
    "order_test": TEST_OF_TIME,
}
