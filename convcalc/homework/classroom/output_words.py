"""The words of ``--outputs``, for those that cannot wait until the outputs are imported; a test holds the two together."""

OUTPUT_WORDS = {
    "csv": "grades.csv and parts.csv",
    "canvas": "canvas.csv, for the gradebook",
    "feedback": "a page for each student",
    "json": "a line of JSON for each student",
    "gradescope": "a results.json for each student",
}
