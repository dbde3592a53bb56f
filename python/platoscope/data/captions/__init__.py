"""Where captions come from: the data set's own, or written from one long caption or from frames, sample by sample."""
