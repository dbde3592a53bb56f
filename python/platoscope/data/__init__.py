"""What is shown: data sets, frames, captions, and the samples that take part."""
