"""Files of learning platforms and forms: names of files, tables of answers, lists of submissions.

Each module reads one of these things and returns a `Claim`: whose it is and when it was submitted.
Other modules find that student on the roster.
"""
