"""The effects of a plan, in words, by concern: what a reader has to decide on."""
