"""What a pipeline does with a change."""
