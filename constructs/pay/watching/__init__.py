"""The watching of an account: the ways of findings to people, the suppressions."""
