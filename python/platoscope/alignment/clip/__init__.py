"""Outliers of features: which rule there is, and which threshold it gives."""
