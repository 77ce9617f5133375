"""The ground floor of `pay`: arguments, refusals, files, the terminal."""
