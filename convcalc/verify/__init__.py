"""The formulas' numbers, checked with arrays that are really computed."""
