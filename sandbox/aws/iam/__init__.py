"""The callers of AWS with their permissions, corrected in moto."""
