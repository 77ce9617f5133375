"""Security Hub, corrected in moto."""
