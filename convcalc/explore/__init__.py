"""``convcalc explore``: a page that runs convcalc itself, without a server or the internet.

`answers` answers the page's questions, `page` makes the page, `bundle` and `pyodide` make its contents.
"""
