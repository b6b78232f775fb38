"""Alerts: what went wrong, told once, to those who own it. See docs/alerts.md.

One tick of the sensor goes `watch` (what is new?) -> `policy` (who hears of it, now or later?) -> `delivery` (is it
sent?). Everything remembered between ticks is one `State`, kept in Dagster's own run storage.
"""
