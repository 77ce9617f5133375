"""Detects secrets, by the name of a variable or by the look of a value.

The model, the environment files, the plan guard, the review and the PCI gate all ask
`pay.secrets.values`. So they give the same answer. The formats of known tokens are those of
detect-secrets; set-up installs the same version for the gate (docs/decisions/0102).
"""
