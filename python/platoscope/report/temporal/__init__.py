"""The page of the time suite: what probes of time found becomes pictures, sentences, tables and one page."""
