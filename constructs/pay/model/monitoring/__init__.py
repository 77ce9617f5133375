"""A service's monitoring as values: dashboards, composite alarms, filters.

They name metrics and alarms that exist already (`pay.model.metrics`, `pay.model.alarms`).
"""
