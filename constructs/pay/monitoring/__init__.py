"""Monitoring: dashboards, composite alarms, metric filters, subscriptions of logs."""
