"""CloudWatch Synthetics, corrected in moto."""
