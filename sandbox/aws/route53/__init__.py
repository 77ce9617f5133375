"""Route 53, corrected in moto."""
