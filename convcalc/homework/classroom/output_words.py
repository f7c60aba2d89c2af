"""The words of ``--outputs``, for use without importing the outputs; a test compares the two."""

OUTPUT_WORDS = {
    "csv": "grades.csv and parts.csv",
    "canvas": "canvas.csv, for the gradebook",
    "feedback": "a page for each student",
    "json": "a line of JSON for each student",
    "gradescope": "a results.json for each student",
}
