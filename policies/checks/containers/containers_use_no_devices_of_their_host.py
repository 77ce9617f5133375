"""Containers must not use devices of their host.

Through a device such as a disk, a container can read and write the data of all its host's tasks.
"""

from policies.engine.containers import container_setting

judge = container_setting("linuxParameters.devices", lambda devices: not devices)
