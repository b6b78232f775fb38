"""An e-commerce data platform as one Dagster asset graph, from a shop's PostgreSQL to its marts."""

import atexit
import gc

# A million objects of imports, definitions and what dbt has parsed live to the end. Looking through them for garbage as
# often as Python is used to is a quarter of each start, in the code server and the runs as in our own command line.
gc.set_threshold(50_000, 20, 50)
atexit.register(gc.freeze)  # nor once more before the process ends
