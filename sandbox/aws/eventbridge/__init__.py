"""EventBridge, corrected in moto."""
