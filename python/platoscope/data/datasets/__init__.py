"""Sources of data sets, one file each; all give the same rows."""
