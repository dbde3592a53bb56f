"""What the pictures of time show, as tables that DVC draws: rows of all probes become CSV files, empty ones too."""

from platoscope.alignment.stages.grid import csv_text
from platoscope.report.temporal.facts import Facts
from platoscope.report.temporal.findings import odd_rows
from platoscope.temporal.stages.report import Row

GAPS = ("probe", "question", "class", "encoder", "readout", "gap", "gap_low", "gap_high", "flags")
TABLES = {
    "depth": ("probe", "question", "encoder", "readout", "depth", "acc", "null95_max"),
    "spacing": ("encoder", "clips", "steps", "spacing", "pairwise", "ci_low", "ci_high"),
    "transfer": ("probe", "encoder", "readout", "trained", "tested", "acc", "twin"),
    "order_test": ("video", "text", "readout", "k", "overlap", "chance"),
    "vectors": ("encoder", "readout", "depth", "odd_energy", "odd_energy_twins", "coherence", "coherence_twins"),
    "odd": ("x", "y", "y_is", "even_calibrated", "flip_calibrated", "q"),
}


def plot_files(facts: Facts) -> dict[str, str]:
    """Texts of files by name, ``temporal_gaps.csv`` and so on."""
    rows: dict[str, list[Row]] = {
        "depth": [row for probe in facts.tables for row in facts.of(probe, "curves")],
        "spacing": facts.of("ordering", "spacing"),
        "transfer": [row for probe in facts.tables for row in facts.of(probe, "transfer")],
        "order_test": [
            {**row, "k": str(k), "overlap": row[f"overlap_{k}"], "chance": row[f"chance_{k}"]}
            for row in facts.of("test_of_time", "order_test")
            if row["is_last"] == "1" and row["overlap_1"]
            for k in (1, 2, 3)
        ],
        "vectors": facts.of("vectors", "vectors"),
        "odd": odd_rows(facts),
    }
    gaps = []
    for probe, question in [*facts.questions(), *facts.questions(protected=False)]:
        for told in facts.chosen(probe, question).values():
            if told.gap is not None:
                ends = dict(zip(("gap", "gap_low", "gap_high"), map(repr, told.gap), strict=True))
                gaps.append({**told.row, **ends})
    files = {"temporal_gaps.csv": csv_text(GAPS, gaps)}
    return files | {f"temporal_{name}.csv": csv_text(columns, rows[name]) for name, columns in TABLES.items()}
