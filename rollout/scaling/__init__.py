"""How services follow demand: what the files say, on paper, and in AWS."""
