#!/bin/sh
# ratelimit-header-parser 0.1.0 (npm) reads NaN and an invalid date from the RateLimit header of
# draft-ietf-httpapi-ratelimit-headers-11 (a structured field: "key";r=598;t=41). It takes the header for the form of the
# first drafts (limit=…, remaining=…). Where a response has X-RateLimit-* too, the parser prefers the header that it
# misreads. So a server that sends both families for safety serves the clients of this parser worse than one that sends
# the old family only.
set -eu

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
version=0.1.0
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" "ratelimit-header-parser@$version" >npm.log ||
    { cat npm.log >&2; exit 1; }

cat >read.cjs <<'CODE'
const { parseRateLimit } = require('ratelimit-header-parser');
const draft11 = { 'ratelimit-policy': '"key";q=600;w=60', ratelimit: '"key";r=598;t=41' };
const old = { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '598', 'x-ratelimit-reset': '41' };
for (const [name, headers] of Object.entries({ 'draft 11': draft11, 'X-RateLimit': old, both: { ...draft11, ...old } })) {
  const { limit, remaining } = parseRateLimit(new Headers(headers));
  console.log(`${name}: limit ${limit}, remaining ${remaining}`);
}
CODE
node read.cjs >seen

echo "ratelimit-header-parser $version, node $(node --version)"
cat seen
cat >described <<'SEEN'
draft 11: limit NaN, remaining NaN
X-RateLimit: limit 600, remaining 598
both: limit NaN, remaining NaN
SEEN
cmp -s described seen || { echo "The behaviour has changed." >&2; exit 1; }
