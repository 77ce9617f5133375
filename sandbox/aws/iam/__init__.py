"""Who calls AWS and what it may do, corrected in moto."""
