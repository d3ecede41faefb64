#!/usr/bin/env bash
# Builds the Go tool of tools/<name> into the download cache, once for each state of its go.mod and go.sum, and prints
# the program's path. Needs Go. Usage: tools/build.sh tctl
set -euo pipefail

name=${1:?usage: tools/build.sh <name>}
cd "$(dirname "$0")/$name"

cache=${INCIDENTFOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/incidentfox}
version=$(cat go.mod go.sum | git hash-object --stdin | cut -c1-12)
program=$cache/$name/$version/$name

if [[ ! -x $program ]]; then
  mkdir -p "$(dirname "$program")"
  # built beside its place and moved there, so that a build that is cut short leaves nothing to be taken for a program
  staging=$(mktemp -d "$cache/$name/.staging-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  go build -trimpath -o "$staging/$name" "$(go list -f '{{.ImportPath}}' tool)"
  mv "$staging/$name" "$program"
fi
echo "$program"
