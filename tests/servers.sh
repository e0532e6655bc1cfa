#!/usr/bin/env bash
# Makes sure that the tests can run RabbitMQ and Azurite: in containers where a Docker engine answers, otherwise as Debian's rabbitmq-server and npm's azurite,
# which it installs if they are missing (the first as root or by sudo, the second into a cache folder of the user).
set -euo pipefail

azurite=3.37.0
cache="${XDG_CACHE_HOME:-$HOME/.cache}/pipeline-tests"

fail() { echo "tests/servers.sh: $1" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

if docker info >/dev/null 2>&1; then
  docker pull --quiet rabbitmq:4-management
  docker pull --quiet mcr.microsoft.com/azure-storage/azurite
  exit 0
fi

if [ ! -e /usr/lib/rabbitmq/bin/rabbitmq-server ]; then
  has apt-get || fail "no Docker engine answers, and this is no Debian system: start Docker."
  [ "$(id -u)" -eq 0 ] || has sudo || fail "no Docker engine answers, and rabbitmq-server is missing: start Docker, or install it as root."
  # The package would start a broker for the whole machine; the tests run their own.
  guard=/usr/sbin/policy-rc.d
  if [ ! -e "$guard" ]; then
    trap 'root rm -f "$guard"' EXIT
    printf '#!/bin/sh\nexit 101\n' | root tee "$guard" >/dev/null
    root chmod 755 "$guard"
  fi
  echo "Installing rabbitmq-server"
  log=$(mktemp)
  { root apt-get -o DPkg::Lock::Timeout=300 update &&
    root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends rabbitmq-server; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "rabbitmq-server could not be installed: install it by hand, or start Docker."; }
  rm -f "$log"
fi

if [ ! -e "$cache/node_modules/azurite/dist/src/blob/main.js" ]; then
  has npm || fail "no Docker engine answers, and npm is missing: start Docker, or install Node 20 with npm."
  echo "Installing azurite $azurite into $cache"
  npm install --prefix "$cache" --no-audit --no-fund --loglevel=error "azurite@$azurite" ||
    fail "azurite could not be installed: install azurite@$azurite with npm into $cache, or start Docker."
fi
