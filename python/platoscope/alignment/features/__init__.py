"""Metrics over features: matrices over two lists of layers, and the functions of two arrays."""
