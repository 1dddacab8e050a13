#!/usr/bin/env bash
# The life of a session in curl: a user signs in on two devices, renames on one of them, refreshes twice at once,
# and changes the password; then the other device's session has ended. Each step is printed with its answer.
#
#   examples/session.sh [URL]
#
# URL  a fresh `cargo run`; http://127.0.0.1:8080 by default. Its sample user is renamed and gets another password.
#
# Needs curl and jq. Exits with 0 when every answer is the one that docs/signing-in.md promises.
set -euo pipefail

base=${1:-http://127.0.0.1:8080}
password=Analytical-Engine-1843
next_password=Difference-Engine-1822
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Sends a request, prints it, and keeps the answer in the file NAME. Fails unless its status is the wanted one.
call() { # NAME WANTED METHOD PATH TOKEN BODY
  local name=$1 wanted=$2 method=$3 path=$4 token=$5 body=$6 found
  local send=(curl --silent --show-error --output "$work/$name" --write-out '%{http_code}')
  send+=(--request "$method" --header 'Content-Type: application/json' --dump-header "$work/$name.head")
  if [[ -n $token ]]; then send+=(--header "Authorization: Bearer $token"); fi
  if [[ -n $body ]]; then send+=(--data "$body"); fi
  found=$("${send[@]}" "$base$path")
  echo "$method $path: $found $(sed -n 's/^x-error-code: \([A-Z_]*\).*/\1/p' "$work/$name.head")"
  if [[ $found != "$wanted" ]]; then
    echo "session.sh: wanted $wanted, found: $(cat "$work/$name"). Is this a fresh \`cargo run\`?" >&2
    exit 1
  fi
}

of() { jq --raw-output "$2" "$work/$1"; } # NAME FILTER
credentials=$(jq --null-input --arg password "$password" '{username: "old_username", $password}')

echo "1. Sign in on two devices"
call one 200 POST /v1/auth/login "" "$credentials"
call two 200 POST /v1/auth/login "" "$credentials"

echo "2. Rename on the first one"
call renamed 200 PATCH /api/v1/users/username "$(of one .accessToken)" '{"newUsername": "ada.lovelace"}'

echo "3. Refresh twice at once: both get the same next refresh token"
refresh=$(jq '{refreshToken}' "$work/one")
call left 200 POST /v1/auth/refresh "" "$refresh" &
call right 200 POST /v1/auth/refresh "" "$refresh"
wait $!
[[ $(of left .refreshToken) == "$(of right .refreshToken)" && $(of left .refreshToken) != "$(of one .refreshToken)" ]]

echo "4. Change the password on the first one, which goes on with the token in the answer"
change=$(jq --arg old "$password" --arg new "$next_password" '{userId, oldPassword: $old, newPassword: $new}' "$work/one")
call changed 200 POST /v1/users/change-password "$(of left .accessToken)" "$change"
call me 200 GET /v1/users/me "$(of changed .accessToken)" ""
call next 200 POST /v1/auth/refresh "" "$(jq '{refreshToken}' "$work/left")"

echo "5. The second one's session has ended, and so has the first one's old access token"
call dead 401 GET /v1/users/me "$(of two .accessToken)" ""
call dead 401 POST /v1/auth/refresh "" "$(jq '{refreshToken}' "$work/two")"
call dead 401 GET /v1/users/me "$(of one .accessToken)" ""

echo "6. Sign out on the first one"
token=$(jq '{refreshToken}' "$work/next")
call out 204 POST /v1/auth/logout "" "$token"
call dead 401 POST /v1/auth/refresh "" "$token"
