"""Rules about logs or alarms."""
