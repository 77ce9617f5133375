"""S3, corrected in moto."""
