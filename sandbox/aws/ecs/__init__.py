"""ECS, corrected in moto."""
