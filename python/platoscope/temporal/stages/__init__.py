"""The stages of the pipeline that are about time, and what they share."""
