"""Service Quotas, corrected in moto."""
