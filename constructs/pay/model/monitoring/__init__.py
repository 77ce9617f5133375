"""A service's dashboards, composite alarms and filters as values.

They name metrics and alarms that exist already (`pay.model.metrics`, `pay.model.alarms`).
"""
