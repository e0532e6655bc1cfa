#!/usr/bin/env bash
# Builds everything and runs all tests. Needs the .NET 10 SDK, and Docker or what tests/servers.sh installs. Prints "N passed, N failed" last; the exit code is 0 only if all passed.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

bash tests/servers.sh
dotnet build Pipeline.sln -c Release -v quiet
dotnet format Pipeline.sln --no-restore --verify-no-changes

failed=0
for suite in Unit Integration EndToEnd; do
  echo "── $suite"
  dotnet "tests/$suite/bin/Release/net10.0/Pipeline.$suite.dll" -result-trx "$results/$suite.trx" -noColor || failed=1
done

counts=$(cat "$results"/*.trx | grep -o '<Counters [^>]*' || true)
sum() { echo "$counts" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ total += $1 } END { print total + 0 }'; }
passed=$(sum passed)
failures=$(sum failed)
if [ "$failed" -ne 0 ] && [ "$failures" -eq 0 ]; then failures=1; fi
echo "$passed passed, $failures failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
