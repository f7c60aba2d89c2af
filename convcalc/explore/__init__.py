"""``convcalc explore``: a page on which convcalc itself runs, without a server and without the network.

`answers` is what the page asks, `page` makes the page, `bundle` and `pyodide` are what goes into it.
"""
