"""Values that the public record does not give, each with its reasoning.

Nothing here is read from GOV.UK Pay's repositories: their task sizes, users and writable paths are
private. Replace a value when the real one is known; every service takes it from here.
"""

from pay.model import Judging, TaskSize, Timing

JAVA_SIZE = TaskSize(cpu=512, memory_mib=2048)
"""A heap of 1 GiB (the last published manifests ran `-Xmx1G`), about 300 MiB of JVM, 384 MiB of
sidecars. Half a vCPU: these services wait for PostgreSQL and for each other."""

JAVA_HEAP = "-Xms512m -Xmx1G"
"""The heap of the last published manifests (2020)."""

CONNECTOR_SIZE = TaskSize(cpu=1024, memory_mib=4096)
"""Twice the others, because every payment passes connector. It has a thread pool for authorisations
and consumers for three queues."""

CONNECTOR_HEAP = "-Xms1G -Xmx2G"
"""In proportion to its memory."""

CARDID_SIZE = TaskSize(cpu=512, memory_mib=3072)
"""Its image sets a heap of 1500 MiB, to hold the card ranges in memory. 2 GiB would be too little
for JVM and sidecars."""

CARDID_HEAP = "-Xms1500m -Xmx1500m"
"""The heap of cardid's own image (public: its Dockerfile); repeated, as JAVA_OPTS replaces it."""

CARDID_JUDGING = Judging(
    slower_by=1.5,
    because="answers from memory in a few milliseconds, of which a task's own network takes one",
)
"""A quarter of such an answer is less than the way to another zone takes."""

NODE_SIZE = TaskSize(cpu=512, memory_mib=1024)
"""One Node worker uses less than 400 MiB; the sidecars take 384 MiB."""

FRONTEND_SIZE = TaskSize(cpu=1024, memory_mib=2048)
"""Renders every payment page and encrypts every session, so it is bound by CPU."""

PROXY_SIZE = TaskSize(cpu=512, memory_mib=1024)
"""squid on the path of every authorisation: tunnels hold little memory, but it must never be the
slow part."""

SMALL_PROXY_SIZE = TaskSize(cpu=256, memory_mib=512)
"""notifications and webhooks-egress pass on small messages, for which no page waits."""

SCHEDULED_HTTP_SIZE = TaskSize(cpu=256, memory_mib=512)
"""One curl: the smallest task that Fargate offers."""

STREAM_S3_SQS_SIZE = TaskSize(cpu=512, memory_mib=1024)
"""Node, which holds one page of a CSV at a time."""

NGINX_CPU, NGINX_MEMORY_MIB = 64, 128
"""TLS and buffers for one task's requests."""

ADOT_CPU, ADOT_MEMORY_MIB = 64, 256
"""A collector that scrapes one target every 30 seconds; AWS's own examples give it 256 MiB."""

APPLICATION_USER = "1000:1000"
"""The first ordinary user of an Alpine image, and the user `node` of the official Node images."""

NOTIFICATIONS_USER = "100:101"
"""The user `nginx` that Alpine's package makes: the first system user (100) and group (101) that
are free. pay-notifications' Dockerfile installs no other package with a user (public)."""

NGINX_SIDECAR_USER = "101:102"
"""The user `nginx` of the sidecar's image. pay-nginx-proxy's Dockerfile also installs dnsmasq
(public). Its package comes first in apk's order and takes 100:101. The start script installs keys
for the owner `nginx`, so the ids have to be right. docs/tasks/release-an-image.md checks them."""

SQUID_USER = "31:31"
"""The user `squid` that Alpine's package makes."""

ADOT_USER = "4317:4317"
"""The user that the AWS distribution's image makes."""

NGINX_WRITABLE_PATHS = ("/tmp", "/etc/keys", "/etc/nginx/conf", "/run", "/var/lib/nginx")
"""The sidecar first writes its locations, a self-signed certificate, its pid and temporary files.
The pid is public: `pid /run/nginx.pid` in its nginx.conf. Its resolver dnsmasq has its own pid
there too."""

NOTIFICATIONS_WRITABLE_PATHS = ("/tmp", "/etc/keys", "/etc/nginx/conf.d", "/run", "/var/lib/nginx")
"""It fills in its configuration from the environment, installs its key and writes its pid. Public:
its start script and nginx_conf."""

NOTIFICATIONS_KEEP_ALIVE_SECONDS = 65
"""Public: `keepalive_timeout 65` in its nginx_conf."""

SQUID_WRITABLE_PATHS = ("/tmp", "/etc/squid", "/run/squid", "/var/cache/squid", "/var/log/squid")
"""Decodes its configuration from the environment when it starts."""

OF_EVERY_PAYMENT = 60.0
"""Requests a minute in a quiet hour. A payment then comes every few seconds and asks a service a
few times. An alarm that works with them also works at the daily peak."""

OF_SOME_PAYMENTS = 10.0
"""Payment links, and the messages that providers send and services are sent after a payment."""

OF_STAFF = 5.0
"""Pages for the staff of services and of GOV.UK Pay."""

INTERNAL_TIMING = Timing(longest_request_seconds=30, start_seconds=90)
"""A JVM with a database pool is healthy well within 90 seconds; 30 is above every query timeout."""

STARTS_FAST = 30
"""Seconds; Node, nginx and squid are up in a few."""

AUTHORISATION_SECONDS = 55
"""By its public configuration, connector gives a payment provider 50 seconds. That is just below
the 60 of the egress proxies. 5 more are for connector itself."""

CALLER_OF_AUTHORISATION_SECONDS = 60
"""A caller waits longer than connector, or it would give up on a payment that then succeeds."""

CALLER_TIMING = Timing(
    longest_request_seconds=CALLER_OF_AUTHORISATION_SECONDS,
    start_seconds=INTERNAL_TIMING.start_seconds,
)
"""A JVM that waits for connector, itself or through another service."""

QUICK_CALLER_TIMING = Timing(
    longest_request_seconds=CALLER_OF_AUTHORISATION_SECONDS, start_seconds=STARTS_FAST
)
"""The same for Node and squid."""

NODE_WORKER_COUNT = "1"
"""One worker per task: ECS adds tasks, not workers."""
