"""The words of Concourse's configuration, as its documentation and `atc/config.go` list them."""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HOOKS = _words("ensure on_success on_failure on_error on_abort")
MODIFIERS = HOOKS | _words("timeout attempts across fail_fast")
"""The keys that every kind of step may have."""

STEPS: Mapping[str, frozenset[str]] = {
    "get": _words("resource version params passed trigger tags"),
    "put": _words("resource params inputs tags get_params no_get"),
    "task": _words(
        "privileged file config params vars tags input_mapping output_mapping image "
        "container_limits hermetic"
    ),
    "set_pipeline": _words("file team vars var_files instance_vars"),
    "load_var": _words("file format reveal"),
    "in_parallel": frozenset(),
    "do": frozenset(),
    "try": frozenset(),
}
"""Kind of step -> its keys beside that of its kind."""

PLACES: Mapping[str, frozenset[str]] = {
    "groups": _words("name jobs resources"),
    "var_sources": _words("name type config"),
    "resources": _words(
        "name old_name public webhook_token type source check_every check_timeout "
        "expose_build_created_by tags version icon"
    ),
    "resource_types": _words("name type source defaults privileged check_every tags params"),
    "jobs": HOOKS
    | _words(
        "name old_name public disable_manual_trigger interruptible serial serial_groups "
        "max_in_flight build_log_retention build_logs_to_retain plan"
    ),
}
"""List of the pipeline -> the keys of its items. Concourse ignores other lists, such as anchors."""

TASK = _words(
    "platform image_resource rootfs_uri inputs outputs caches params run container_limits"
)
RUN = _words("path args dir user")
IMAGE = _words("name type source params version")
INPUT, OUTPUT, CACHE = _words("name path optional"), _words("name path"), _words("path")
RETENTION = _words("days builds minimum_succeeded_builds")

BUILT_IN = _words(
    "bosh-io-release bosh-io-stemcell docker-image git github-release hg mock pool registry-image "
    "s3 semver time"
)
"""The types that Concourse brings."""
IMAGES = _words("docker-image registry-image")
SOURCES = _words("conjur credhub dummy idtoken kubernetes secretsmanager ssm vault")
"""The managers of credentials that Concourse brings."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "groups": ("name",),
    "var_sources": ("name", "type"),
    "resources": ("name", "type", "source"),
    "resource_types": ("name", "type", "source"),
    "jobs": ("name", "plan"),
}

TYPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(_words("passed serial_groups tags across do steps plan"), (list,)),
    **dict.fromkeys(_words("outputs caches jobs resources"), (list,)),
    **dict.fromkeys(_words("config run image_resource build_log_retention try source"), (dict,)),
    **dict.fromkeys(_words("input_mapping output_mapping") | HOOKS, (dict,)),
    **dict.fromkeys(_words("get put task load_var set_pipeline resource file image"), (str,)),
    **dict.fromkeys(_words("name path dir user type platform rootfs_uri"), (str,)),
    **dict.fromkeys(_words("trigger serial public privileged optional fail_fast reveal"), (bool,)),
    **dict.fromkeys(_words("interruptible disable_manual_trigger no_get"), (bool,)),
    "in_parallel": (list, dict),
    "inputs": (list, str),  # of a put they may be `all` or `detect`
}
"""Key of a job, a step, a task or a resource -> the types of its value."""
TYPE_NAMES: Mapping[type, str] = {
    list: "a list",
    dict: "a table",
    str: "a text",
    bool: "true or false",
}
TABLES = _words("across outputs caches")
"""The lists of tables among them."""
TEXTS = _words("passed serial_groups tags jobs resources input_mapping output_mapping")
"""The lists and tables of texts among them."""
FREE = _words("params vars source get_params instance_vars version")
"""The keys below which a resource or a task decides the allowed keys."""
