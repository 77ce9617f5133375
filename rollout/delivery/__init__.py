"""Takes a change from its pull request to its apply: plans it, judges it, applies it."""
