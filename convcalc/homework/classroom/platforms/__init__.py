"""What learning platforms and forms write: names of files, tables of answers, lists of submissions.

Each module knows one thing that they write and turns it into a `Claim`: whose it is and when it came.
Who that is on the roster is not decided here.
"""
