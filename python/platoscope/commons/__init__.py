"""Features across projects: an encoder's features are taken from another one, written for others, read from files."""
