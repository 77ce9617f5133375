"""An environment as a value: its account, network, capacity, and the stage of each service."""
