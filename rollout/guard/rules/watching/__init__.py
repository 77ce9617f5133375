"""Rules about what is found in an account, and who hears of it."""
