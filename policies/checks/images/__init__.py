"""Rules about repositories of images."""
