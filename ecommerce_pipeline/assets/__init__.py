"""The data flow, one file per step: source, lake, staging (with reconciliation), transform, forecast, dashboard.

Each step makes one asset per table of the contract; the dbt models and the dashboard have their own lists.
"""
