"""An environment that sleeps: its parts, and the schedules that put them to sleep and wake them."""
