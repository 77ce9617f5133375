"""Containers must run as a user other than root.

Root inside a container is one kernel flaw away from root on the host. An image that sets no user
runs as root.
"""

from policies.engine.containers import container_setting


def _is_other_than_root(user: object) -> bool:
    name = user.split(":")[0] if isinstance(user, str) else ""
    return bool(name.strip("0")) and "${" not in name and name != "root"


judge = container_setting("user", _is_other_than_root)
