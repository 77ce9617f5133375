"""Inspector, corrected in moto."""
