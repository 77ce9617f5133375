"""Checks of repositories and of the images in them."""
