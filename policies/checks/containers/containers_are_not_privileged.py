"""Containers must not be privileged.

A privileged container has root rights on its host. An attacker who controls it can reach every
other task there.
"""

from policies.engine.containers import container_setting

judge = container_setting("privileged", lambda privileged: privileged is False, absent=False)
