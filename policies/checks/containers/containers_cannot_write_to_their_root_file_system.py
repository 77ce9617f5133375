"""Containers must have a read-only root file system.

An attacker inside a container must not be able to change the programs that run there. Write to a
mounted volume instead.
"""

from policies.engine.containers import container_setting

judge = container_setting("readonlyRootFilesystem", lambda read_only: read_only is True)
