#!/bin/sh
# jsii starts this file as `node` (JSII_NODE, set in __init__.py); see docs/decisions/0081.
# $1 is a flag for node. $2 is jsii's relay, which would start ../lib/program.js as a second process.
program="${2%/bin/jsii-runtime.js}/lib/program.js"
if [ ! -f "$program" ]; then
    exec node "$@" # another version of jsii: start it unchanged
fi
exec node --single-threaded "$1" --preserve-symlinks --require "${0%.sh}.js" "$program"
