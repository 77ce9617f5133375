"""The callers of AWS and their permissions, corrected in moto."""
