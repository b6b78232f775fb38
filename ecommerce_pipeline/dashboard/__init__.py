"""The dashboard: marts -> charts -> page. Nothing here knows Dagster; `assets/dashboard.py` does.

`queries.py` says what is read, `datasets.py` reads it, `periods.py` says which periods can be chosen, `charts/` says
how each chart looks, `page.py` puts all into one file. The files in `page/` are the page's own: what they compute is
computed in the browser, again with each choice of period and channel.
"""
