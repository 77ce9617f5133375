"""The built-in runner of load tests: it runs in an image of its own, on Locust alone."""
