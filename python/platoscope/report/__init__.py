"""The report: scores of every pair of encoders become pictures, which take arrays, and a page, which takes stores."""

from platoscope.report.curves import Series, plot_budget, plot_headline
from platoscope.report.grids import plot_grid
from platoscope.report.layers import plot_layers
from platoscope.report.stage import write_report

__all__ = ["Series", "plot_budget", "plot_grid", "plot_headline", "plot_layers", "write_report"]
