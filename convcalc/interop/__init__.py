"""Network files of other tools: read as text or as data, and never run.

Use `convcalc.interop.load`; `convcalc.interop.readers` has a reader for each format.
"""
