"""The dashboard: marts -> charts -> page. Nothing here knows Dagster; `assets/dashboard.py` does.

`queries.py` holds the SQL, `datasets.py` reads the rows, `periods.py` lists the selectable periods, `charts/` describes
each chart, and `render.py` writes one HTML file. The files in `static/` run in the browser: they compute each chart
again whenever the reader selects days or filters.
"""
