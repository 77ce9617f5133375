"""The containers beside an application: the NGINX reverse proxy and the ADOT metrics collector."""

from pay.catalogue import assumptions
from pay.model import Sidecar

NGINX = Sidecar(
    name="nginx",
    # "docker-" is left from before the repository was renamed.
    repository="govukpay/docker-nginx-proxy",
    image_tag_variable="nginx_image_tag",
    port=10443,
    log_kind="nginx-reverse-proxy",
    cpu=assumptions.NGINX_CPU,
    memory_mib=assumptions.NGINX_MEMORY_MIB,
    essential=True,
    user=assumptions.NGINX_SIDECAR_USER,
    writable_paths=assumptions.NGINX_WRITABLE_PATHS,
    environment={
        "PROXY_SERVICE_HOST": "http://{application_host}",
        "PROXY_SERVICE_PORT": "{application_port}",
        "HTTPS_LISTEN_PORT": "10443",
        "LOCATIONS_CSV": "/",
    },
)
"""Ends the load balancer's TLS; without it no traffic reaches the application, so the task ends
with it."""

ADOT = Sidecar(
    name="adot",
    repository="govukpay/adot",
    image_tag_variable="adot_image_tag",
    log_kind="adot",
    cpu=assumptions.ADOT_CPU,
    memory_mib=assumptions.ADOT_MEMORY_MIB,
    # A payment matters more than its metric: the task lives on without its collector.
    essential=False,
    user=assumptions.ADOT_USER,
    environment={
        "APPLICATION_PORT": "{metrics_port}",
        "AWS_REGION": "{region}",
        "PROMETHEUS_ENDPOINT_URL": "{prometheus_endpoint}",
        "PROMETHEUS_WRITE_ASSUME_ROLE_ARN": "{prometheus_write_role_arn}",
    },
)
"""Scrapes the application and the task, writes to Amazon Managed Service for Prometheus and to
CloudWatch."""

WEB = (NGINX, ADOT)
"""What every Java and Node service has."""
