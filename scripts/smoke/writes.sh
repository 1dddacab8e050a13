# shellcheck shell=bash
# A user's whole life, with a token of an ADMIN. Part of scripts/smoke-test.

try_writes() {
  local random
  random=$(random_hex)
  # The id is ours, so that the user can be deleted even when the answer to its creation is lost.
  smoke_id=smoke-test-$random
  first=smoke_$random.a second=smoke_$random.b third=smoke_$random.c
  password=$(random_base64 24)
  try_creation
  if [[ $status != 201 ]]; then
    return
  fi
  try_rename
  if [[ $sign_in == on ]]; then
    try_own_life
  else
    try_refused_rename
  fi
  try_updates
  try_deletion
}

try_creation() {
  title "An ADMIN creates a user: $smoke_id"
  leftovers+=(delete_at_the_end)
  is_owed=1
  object userId "$smoke_id" username "$first" firstName Smoke lastName Test password "$password" >"$work/create"
  send_as "$token" POST /v1/users --header 'Content-Type: application/json' --data "@$work/create"
  check_status 201
  check_body "userId" "$smoke_id" .userId
  check_body "username" "$first" .username
  check_body "status" ACTIVE .status
  check_present ETag
}

try_rename() {
  title "An ADMIN renames the user, who is found by the old name"
  update username "$second"
  check_status 200
  check_body "username" "$second" .username
  check_found_by "$first" "$second"
}

# Signing in, and everything that needs the key that signs.
try_own_life() {
  local own='' refresh=''
  title "The user signs in with the password, and is themselves"
  log_in "$second" "$password"
  check_status 200
  check_body "userId" "$smoke_id" .userId
  own=$(body '.accessToken // ""') refresh=$(body '.refreshToken // ""')
  send_as "$own" GET /v1/users/me
  check_status 200
  check_body "userId" "$smoke_id" .userId

  title "The user changes the own username, and is found by the old one"
  send_json "$own" PATCH /api/v1/users/username "{\"newUsername\":\"$third\"}"
  check_status 200
  check_body "data.oldUsername" "$second" .data.oldUsername
  check_body "data.newUsername" "$third" .data.newUsername
  check_found_by "$second" "$third"
  send_json "$own" PATCH /api/v1/users/username "{\"newUsername\":\"$first\"}"
  check_error 409 USERNAME_COOLDOWN

  title "The session is refreshed, survives a change of the password, and ends"
  send_secret POST /v1/auth/refresh "$(object refreshToken "$refresh")"
  check_status 200
  own=$(body '.accessToken // ""') refresh=$(body '.refreshToken // ""')
  send_secret POST /v1/users/change-password \
    "$(object userId "$smoke_id" oldPassword "$password" newPassword "$(random_base64 24)")" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$own")
  check_status 200
  send_secret POST /v1/auth/logout "$(object refreshToken "$refresh")"
  check_status 204
  send_as "$own" GET /v1/users/me
  check_error 401 TOKEN_REVOKED
}

# Without signing in, nobody here has a token of the new user. The caller asks for the user's name instead: DynamoDB
# judges the same transaction, and refuses it. Without the permission, it would not even judge.
try_refused_rename() {
  title "A name that somebody has cannot be taken"
  send_json "$token" PATCH /api/v1/users/username "{\"newUsername\":\"$second\"}"
  if [[ $status == 404 && -z $user_id ]]; then
    note "the token's user has no account: the transaction of change-username was not tried"
    check_error 404 USER_NOT_FOUND
  elif [[ $(header X-Error-Code) == USERNAME_COOLDOWN ]]; then
    check_error 409 USERNAME_COOLDOWN
  else
    check_error 409 USERNAME_TAKEN
  fi
}

try_updates() {
  title "An ADMIN changes fields, the password and the account"
  update firstName Changed
  check_status 200
  check_body "firstName" Changed .firstName
  update password "$(random_base64 24)"
  check_status 200
  send_json "$token" PATCH /v1/accounts/update "$(object userId "$smoke_id" company "Smoke test")"
  check_status 200
  check_body "company" "Smoke test" .company
  send_signed GET "/v1/users/$smoke_id"
  check_user
  check_body "firstName" Changed .firstName
  check_body "account.company" "Smoke test" .account.company
}

try_deletion() {
  title "An ADMIN deletes the user, whose name stays taken"
  update status DELETED
  check_status 200
  check_body "status" DELETED .status
  if [[ $status == 200 ]]; then
    is_owed=''
  fi
  send_signed GET "/v1/users/$smoke_id"
  check_body "status" DELETED .status
  send_signed GET "/api/v1/users/username/availability?username=$second"
  check_body "data.available" false .data.available
}

# PATCH /v1/users/update
update() { # FIELD VALUE
  send_secret PATCH /v1/users/update "$(object userId "$smoke_id" "$@")" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$token")
}

# Sends JSON that stays off curl's command line.
send_secret() { # METHOD PATH JSON [curl's options]
  local method=$1 path=$2
  printf '%s' "$3" >"$work/secret"
  shift 3
  send "$method" "$path" --header 'Content-Type: application/json' --data "@$work/secret" "$@"
}

check_found_by() { # OLD PRESENT
  send_signed GET "/api/v1/users/by-username/$1"
  check_status 200
  check_body "data.userId" "$smoke_id" .data.userId
  check_body "data.username" "$2" .data.username
  check_body "data.renamedFrom" "$1" .data.renamedFrom
}

# Deletes the user whatever failed before.
delete_at_the_end() {
  [[ -n $is_owed ]] || return 0
  local answered
  answered=$(object userId "$smoke_id" status DELETED |
    curl --silent --max-time 20 --output /dev/null --write-out '%{http_code}' --request PATCH \
      --config <(printf 'header = "Authorization: Bearer %s"\n' "$token") \
      --header 'Content-Type: application/json' --data @- "$base/v1/users/update") || true
  case $answered in
    200) echo "smoke-test: deleted the user $smoke_id after the failure" >&2 ;;
    403 | 404) ;; # It was never created.
    *) echo "smoke-test: the user $smoke_id may be left over: deleting it was answered $answered" >&2 ;;
  esac
}
