"""What is pinned, what is the newest known, and what has lost its support."""
