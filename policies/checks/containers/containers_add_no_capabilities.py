"""Containers must not add Linux capabilities.

Each capability beyond Docker's default set is a kernel function that no service here needs.
"""

from policies.engine.containers import container_setting

judge = container_setting("linuxParameters.capabilities.add", lambda added: not added)
