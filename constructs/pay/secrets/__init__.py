"""Detects secrets, by the name of a variable and by the look of a value.

The model, the environment files, the plan guard, the review and the PCI gate all ask
`pay.secrets.values`, so they give the same answer. The package is plain Python without libraries,
because the gate runs in an environment of its own.
"""
