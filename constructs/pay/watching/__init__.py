"""What watches an account: the ways of findings to people, and what is suppressed."""
