#!/bin/sh
# Installs a CLI from its vendor's archive into /opt/cli, after its checksum was verified.
# usage: install-archive.sh COMMAND...     the first must be in the archive
# ARCHIVE_URL, ARCHIVE_SHA256: which archive. CLI_VERSION: what the command must print, if given.
# Build secret `ca`: certificates to trust.
set -eu
fail() { echo "$1" >&2; exit 1; }

[ -n "${ARCHIVE_URL:-}" ] || fail "ARCHIVE_URL is missing: $1 is on no registry; give --build-arg ARCHIVE_URL=<its vendor's archive for linux and $(uname -m)>"
[ -n "${ARCHIVE_SHA256:-}" ] || fail "ARCHIVE_SHA256 is missing: download $ARCHIVE_URL once, review it, and give --build-arg ARCHIVE_SHA256=<what sha256sum prints>"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" TMPDIR="$work"
if [ -f /run/secrets/ca ]; then export CURL_CA_BUNDLE=/run/secrets/ca; fi

curl --fail --silent --show-error --location --proto '=https' --output "$work/archive" "$ARCHIVE_URL"
echo "$ARCHIVE_SHA256  $work/archive" | sha256sum --check --status ||
  fail "the checksum of $ARCHIVE_URL is $(sha256sum "$work/archive" | cut -d ' ' -f 1), not $ARCHIVE_SHA256; if you did not change either, somebody else did"

mkdir -p /opt/cli
if unzip -tqq "$work/archive" >/dev/null 2>&1; then
  unzip -q "$work/archive" -d /opt/cli
else
  tar -xzf "$work/archive" -C /opt/cli --no-same-owner
fi
chmod -R a+rX,go-w /opt/cli

for command in "$@"; do
  file=$(find /opt/cli -type f -name "$command" -perm -u+x | head -n 1)
  [ -z "$file" ] || ln -s "$file" "/usr/local/bin/$command"
done
[ -x "/usr/local/bin/$1" ] || fail "$ARCHIVE_URL holds no program $1"
printed=$("$1" --version)
case "$printed" in
  *"${CLI_VERSION:-}"*) echo "$1: $printed" ;;
  *) fail "$1 --version printed '$printed', expected $CLI_VERSION" ;;
esac
