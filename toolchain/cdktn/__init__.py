"""The switch from cdktf to its successor, CDK Terrain (docs/decisions/0216)."""
