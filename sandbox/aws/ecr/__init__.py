"""ECR, corrected in moto."""
