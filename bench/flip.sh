#!/usr/bin/env bash
# The peer that an incident is measured against: edits the flag file and asks OFREP until the answer changes.
# Usage: flip.sh <flag file> <OFREP address>. Leaves the file as it was.
set -euo pipefail
file=$1 ofrep=$2
cp "$file" "$file.before"
trap 'mv "$file.before" "$file"' EXIT
awk '/"paymentFailure": \{/ { inside = 1 } inside && sub(/"defaultVariant": "off"/, "\"defaultVariant\": \"50%\"") { inside = 0 } { print }' \
  "$file" >"$file.next"
mv "$file.next" "$file"
until curl -s -X POST -H 'content-type: application/json' -d '{"context":{}}' \
  "$ofrep/ofrep/v1/evaluate/flags/paymentFailure" | grep -q '"50%"'; do :; done
