"""How alike two spaces are: neighbours, the metrics over them, and what chance would give."""
