"""The containers beside an application: the NGINX reverse proxy and the ADOT metrics collector."""

from pydantic import JsonValue

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

COLLECTOR: JsonValue = {
    "extensions": {
        "sigv4auth": {
            "assume_role": {"arn": "${env:PROMETHEUS_WRITE_ASSUME_ROLE_ARN}"},
            "region": "${env:AWS_REGION}",
            "service": "aps",
        }
    },
    "receivers": {
        "prometheus": {
            "config": {
                "scrape_configs": [
                    {
                        "job_name": "application",
                        "scrape_interval": "30s",
                        "honor_labels": True,
                        "static_configs": [
                            {"targets": ["${env:APPLICATION_HOST}:${env:APPLICATION_PORT}"]}
                        ],
                    }
                ]
            }
        }
    },
    "processors": {
        "resourcedetection": {"detectors": ["env", "ecs"], "override": True},
        # The task's ARN tells its series from those of others; every other label only costs.
        "resource": {
            "attributes": [
                {"key": "ecsTaskARN", "from_attribute": "aws.ecs.task.arn", "action": "insert"},
                {"pattern": "^(aws|cloud|http|net|server|service|url)[.]", "action": "delete"},
            ]
        },
    },
    "exporters": {
        "prometheusremotewrite": {
            "endpoint": "${env:PROMETHEUS_ENDPOINT_URL}",
            "auth": {"authenticator": "sigv4auth"},
            "add_metric_suffixes": False,
            "resource_to_telemetry_conversion": {"enabled": True},
        }
    },
    "service": {
        "extensions": ["sigv4auth"],
        "telemetry": {"metrics": {"level": "none"}},
        "pipelines": {
            "metrics": {
                "receivers": ["prometheus"],
                "processors": ["resourcedetection", "resource"],
                "exporters": ["prometheusremotewrite"],
            }
        },
    },
}
"""Replaces the file in the image (docs/decisions/0118). That file asks 127.0.0.1, which on EC2 is
the collector itself. It also reports metrics of containers that Container Insights already reports.
`${env:NAME}` is the collector's own syntax for a variable."""

ADOT = Sidecar(
    name="adot",
    repository="govukpay/adot",
    image_tag_variable="adot_image_tag",
    log_kind="adot",
    cpu=assumptions.ADOT_CPU,
    memory_mib=assumptions.ADOT_MEMORY_MIB,
    # A payment matters more than its metric, so the task lives on without its collector.
    essential=False,
    user=assumptions.ADOT_USER,
    documents={"AOT_CONFIG_CONTENT": COLLECTOR},
    environment={
        "APPLICATION_HOST": "{application_host}",
        "APPLICATION_PORT": "{metrics_port}",
        "AWS_REGION": "{region}",
        "PROMETHEUS_ENDPOINT_URL": "{prometheus_endpoint}",
        "PROMETHEUS_WRITE_ASSUME_ROLE_ARN": "{prometheus_write_role_arn}",
    },
)
"""Asks the application for its metrics and writes them to Amazon Managed Service for Prometheus."""

WEB = (NGINX, ADOT)
"""The sidecars of every Java and Node service."""

TRIED_FIRST = (("toolbox",), ("frontend", "products-ui"))
"""The services that run a new release of a sidecar before all others, in waves. Public: GOV.UK Pay
tries one on toolbox, which no payer uses, then on the pages that the smoke tests open.
"""
