"""Rules about repositories and the images in them."""
