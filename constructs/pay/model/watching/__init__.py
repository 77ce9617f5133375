"""What AWS's tools find in an account, and how people hear of it."""
