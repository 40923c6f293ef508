#!/bin/sh
# Installs a CLI from the npm registry into /opt/cli, as the lock file says, and proves that it starts.
# usage: install-npm-cli.sh COMMAND PACKAGE FILE     ({arch} stands for x64 or arm64)
# CLI_VERSION: another version than the pinned one, by name, without the lock file
# NPM_REGISTRY: a mirror; build secrets `ca` (certificates to trust) and `npmrc` (credentials of the mirror)
set -eu
folder=$(dirname "$0")
arch=$(node -p process.arch)
here() { echo "$1" | sed "s/{arch}/$arch/g"; }
fail() { echo "$1" >&2; exit 1; }

command=$1
package=$(here "$2")
file=/opt/cli/node_modules/$(here "$3")

# nothing of npm or of the CLI's first start stays in the layer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" TMPDIR="$work" npm_config_cache="$work/npm"
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
if [ -n "${NPM_REGISTRY:-}" ]; then export npm_config_registry="$NPM_REGISTRY"; fi
if [ -f /run/secrets/ca ]; then export npm_config_cafile=/run/secrets/ca; fi
if [ -f /run/secrets/npmrc ]; then export npm_config_userconfig=/run/secrets/npmrc; fi

mkdir -p /opt/cli
cd /opt/cli
# install scripts never run: all that is executed comes from a package with a checksum
if [ -n "${CLI_VERSION:-}" ]; then
  version=$CLI_VERSION
  echo '{ "private": true }' >package.json
  npm install --ignore-scripts --save-exact "$package@$version"
else
  cp "$folder/package.json" "$folder/package-lock.json" .
  version=$(node -p 'const p = require("./package.json"); Object.values({ ...p.dependencies, ...p.optionalDependencies })[0]')
  npm ci --ignore-scripts
fi

# npm is silent about an optional package that it could not get or whose checksum was wrong
[ -f "$file" ] || fail "$package@$version was not installed: the registry does not have it for $arch, or its checksum differs from package-lock.json"
chmod 755 "$file"
ln -s "$file" "/usr/local/bin/$command"
printed=$("$command" --version)
case "$printed" in
  *"$version"*) echo "$command $version" ;;
  *) fail "$command --version printed '$printed', expected $version" ;;
esac
