"""A microservice as a value: containers, dependencies, sizes, times, the graph of calls."""
