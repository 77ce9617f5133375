"""The made-up figures of a team, for tests of costs."""

import tomllib

FIGURES_TOML = """\
hourly_rate_gbp = 80
usd_per_gbp = 1.3
usd_per_gbp_date = 2026-11-20
hours_a_week_before = { low = 5, high = 7 }
hours_a_week_after = { low = 0, high = 1 }
move_hours_a_service = { low = 4, high = 12 }
scaled_percent = 30
lcus_a_service = 1.5
log_gb_a_service = 20
log_stored_percent = 15
savings_plan = { usd_an_hour = 2, fargate_percent = 20, ec2_percent = 32 }
load_tests_a_month = 4
"""
FIGURES = tomllib.loads(FIGURES_TOML)
