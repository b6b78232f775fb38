"""Forecasts: one file per model, and how forecasts are scored. Arrow tables and arrays in, Arrow tables out.

No Dagster and no warehouse here: `assets/forecast/` reads the marts and stores the rows. A library of the optional
extra `forecast` is imported only by the function that needs it, because importing it takes seconds.
"""
