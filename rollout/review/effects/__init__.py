"""The effects of a plan, in words, by concern, on which a reader has to decide."""
