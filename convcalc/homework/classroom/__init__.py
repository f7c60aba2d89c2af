"""Grading a class: its roster and submitted files, and the files that are written."""
