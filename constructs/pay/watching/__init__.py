"""The watching of an account: the ways of findings to people, and the suppressions."""
