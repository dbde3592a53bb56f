"""The stages of the pipeline that are about alignment, and what they share."""
