"""Alerts: each failure is reported once, by email, to its owners. See docs/alerts.md.

A tick of the sensor runs `watch` (what is new?), `policy` (report it now or later, in which email?) and `delivery`
(send what is due). Everything remembered between ticks is one `State`, stored in Dagster's own run storage.
"""
