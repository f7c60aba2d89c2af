"""Grading a class: who handed in what, and the files that come out."""
