"""Different numbers for each student."""
