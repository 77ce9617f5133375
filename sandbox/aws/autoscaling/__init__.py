"""Auto Scaling, corrected in moto."""
