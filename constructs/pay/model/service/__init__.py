"""A microservice as a value: containers, dependencies, sizes, times, and the graph of calls."""
