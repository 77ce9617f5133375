"""The server process of the sandbox: start, faults, errors, and its record in the checkout."""
