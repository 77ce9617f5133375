"""Shows where each service stands."""
