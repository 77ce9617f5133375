"""CloudWatch, corrected in moto."""
