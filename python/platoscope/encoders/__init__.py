"""What sees it: families of frozen encoders, one file each, and the engine that runs them over a data set."""
