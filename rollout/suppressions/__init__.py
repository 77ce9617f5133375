"""Shows what suppressions cover in an account."""
