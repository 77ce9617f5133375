"""Containers must log to CloudWatch Logs.

The actions of a container must leave an audit trail outside of it.
"""

from policies.engine.containers import container_setting

judge = container_setting("logConfiguration.logDriver", lambda driver: driver == "awslogs")
