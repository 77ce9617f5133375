"""GuardDuty, corrected in moto."""
