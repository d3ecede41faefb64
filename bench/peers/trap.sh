#!/usr/bin/env bash
# The careful script that an incident is measured against: breaks paymentFailure for a while and restores the flag file
# however it ends, as far as a script can. Every write is a rename, so that the flag daemon never sees half a file.
# Usage: trap.sh <flag file> <seconds>
set -euo pipefail
file=$1 seconds=$2

# bash runs a trap once the command in the foreground has ended: hence the sleep in the background, and its end here
restore() {
  [[ -z ${sleeper-} ]] || kill "$sleeper" 2>/dev/null || true
  mv -f "$file.before" "$file"
}

cp -p "$file" "$file.before"
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# for its mode
cp -p "$file" "$file.next"
awk '/"paymentFailure": \{/ { inside = 1 } inside && sub(/"defaultVariant": "off"/, "\"defaultVariant\": \"50%\"") { inside = 0 } { print }' \
  "$file" >"$file.next"
mv -f "$file.next" "$file"

sleep "$seconds" &
sleeper=$!
wait "$sleeper"
