"""What to believe of a score: its null, its intervals, what it is on samples that did not choose the layers."""
