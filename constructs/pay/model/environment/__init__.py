"""An environment as a value: its account, network, capacity, the stage of each service."""
