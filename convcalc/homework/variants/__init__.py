"""Numbers of one's own for each student."""
