#!/bin/sh
# Node for the benchmark's opponent, which is constructs/pay/hcl/one_node_process.sh without its flag.
here=$(cd "$(dirname "$0")/../.." && pwd)
preloaded="$here/constructs/pay/hcl/one_node_process.js"
exec node "$1" --preserve-symlinks --require "$preloaded" "${2%/bin/jsii-runtime.js}/lib/program.js"
