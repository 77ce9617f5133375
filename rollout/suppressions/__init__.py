"""What suppressions cover in an account, and what they leave behind when they end."""
