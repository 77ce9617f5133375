"""A stub of GOV.UK Pay: the pages with the API that smoke tests use, on each side of its services.

Pages have the ids of GOV.UK Pay's own; nothing else of them is kept. Payments are shared by both
sides, as the databases are.
"""
