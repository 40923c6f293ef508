#!/bin/sh
# OpenCode installs a package into each folder of its settings, in the background at every start, unless a lock file there
# says that it has. Whoever wants plugins deletes both.
# usage: no-plugins.sh FOLDER...
set -eu
for folder in "$@"; do
  mkdir -p "$folder/node_modules"
  echo '{ "lockfileVersion": 3, "packages": { "": { "dependencies": { "@opencode-ai/plugin": "*" } } } }' \
    >"$folder/package-lock.json"
done
