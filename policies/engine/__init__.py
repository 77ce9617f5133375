"""The engine of the gate: it reads stacks or plans, runs the rules, applies the waivers."""
