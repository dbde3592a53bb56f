"""From features to tables of neighbours."""
