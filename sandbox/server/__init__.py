"""The server process of the sandbox: start, faults, errors, its record in the checkout."""
