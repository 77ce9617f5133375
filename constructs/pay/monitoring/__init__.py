"""Monitoring: dashboards, composite alarms, metric filters and subscriptions of logs."""
