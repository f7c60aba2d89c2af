"""Network files of other tools: read as text or as data, and never run.

`convcalc.interop.load` is the door; `convcalc.interop.readers` has a reader for each format.
"""
