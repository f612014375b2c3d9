#!/usr/bin/env bash
# Installs the Debian packages that tests need and npm does not have. What is there already costs nothing; without root or apt-get it
# fails, and says what is missing.
set -euo pipefail

missing=()
command -v "${CHROMIUM_PATH:-chromium}" >/dev/null || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "the tests need ${missing[*]}: install it, or run this as root on Debian" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for attempt in 1 2 3; do
  echo "installing ${missing[*]}"
  if { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    exit 0
  fi
  [ "$attempt" -lt 3 ] && sleep $((attempt * 5))
done
cat "$log" >&2
echo "could not install ${missing[*]}" >&2
exit 1
