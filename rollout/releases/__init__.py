"""Records which release of a service runs where, and since when."""
