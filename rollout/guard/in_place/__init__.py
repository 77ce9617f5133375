"""Tables of changes of existing attributes that are known to be harmless."""
