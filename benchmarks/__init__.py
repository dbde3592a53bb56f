"""How fast the neighbour core is, beside the code that people use for the same: `python -m benchmarks.core`."""
