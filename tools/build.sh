#!/usr/bin/env bash
# Builds the Go tools of tools/<name> into the download cache, once for each state of its go.mod, go.sum and ldflags, and
# prints the directory of the programs. Needs Go. Usage: tools/build.sh tctl
set -euo pipefail

name=${1:?usage: tools/build.sh <name>}
cd "$(dirname "$0")/$name"

cache=${INCIDENTFOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/incidentfox}
# what is set in the programs at link time, such as their version
ldflags=
[[ ! -f ldflags ]] || ldflags=$(<ldflags)
version=$( (cat go.mod go.sum; echo "$ldflags") | git hash-object --stdin | cut -c1-12)
programs=$cache/$name/$version

if [[ ! -d $programs ]]; then
  mkdir -p "$cache/$name"
  # built beside its place and moved there, so that a build that is cut short leaves nothing to be taken for a program
  staging=$(mktemp -d "$cache/$name/.staging-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  go build -trimpath -ldflags "-s -w $ldflags" -o "$staging/" tool
  chmod 755 "$staging"
  mv -T "$staging" "$programs" 2>/dev/null || [[ -d $programs ]]
fi
echo "$programs"
