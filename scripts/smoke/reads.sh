# shellcheck shell=bash
# What needs a token and changes nothing. Part of scripts/smoke-test.

# Fails when the API does not take the token: the rest would only say so again.
try_token() {
  title "The API takes the token"
  send_signed GET /v1/users/me
  if [[ $status == 401 ]]; then
    check "status" "200, or 404 without an account" "$status $(header X-Error-Code)"
    explain_refusal
    return 1
  elif [[ $status == 404 ]]; then
    note "the token's user has no account"
    check_error 404 USER_NOT_FOUND
    user_id=''
    try_unknown_user
  else
    check_user
    user_id=$(body '.userId // ""')
    try_own_user
  fi
  try_names

  title "A reserved word is no username"
  send_json "$token" PATCH /api/v1/users/username '{"newUsername":"admin"}'
  check_error 400 VALIDATION_FAILED
}

explain_refusal() {
  if [[ $(header X-Error-Code) == TOKEN_EXPIRED ]]; then
    cause "the token has expired: get another one"
  else
    cause "the API accepts another audience, issuer or key than this token's, whose aud is $(claim aud), whose iss is" \
      "$(claim iss): compare JwtAudience and JwtIssuer. TokenError in the function's log names the claim; so does" \
      "cargo run -- token --explain"
  fi
}

# The user of the answer, as it stands there.
check_user() {
  check_status 200
  check_present X-Request-Id
  check_present ETag
  check_body "body" "a user" '
    if has("userId") and has("username") and has("roles") and has("status") and (has("password") | not)
    then "a user" else "its fields are \(keys)" end'
}

try_own_user() {
  title "A user can be read, by themselves"
  local path name
  path=/v1/users/$(jq --null-input --raw-output --arg id "$user_id" '$id | @uri')
  name=$(body '.username | @uri')
  send_signed GET "$path"
  check_user
  check_body "userId" "$user_id" .userId

  title "They are found by their name, which nobody else can take"
  send_signed GET "/api/v1/users/by-username/$name"
  check_status 200
  check_body "data.userId" "$user_id" .data.userId
  check_body "data.renamedFrom" null .data.renamedFrom
}

# Who has no account is found by no id either: else GET /v1/users/me led to another function.
try_unknown_user() {
  title "A user without an account cannot be read"
  send_signed GET "/v1/users/$(jq --null-input --raw-output --arg id "$(claim sub)" '$id | @uri')"
  check "answer" "404 USER_NOT_FOUND or 403 NOT_YOURS" \
    "$(sed -E 's/^(404 USER_NOT_FOUND|403 NOT_YOURS)$/404 USER_NOT_FOUND or 403 NOT_YOURS/' \
      <<<"$status $(header X-Error-Code)")"
}

try_names() {
  local name
  name=smoke_$(random_hex)
  title "A name that nobody has is free"
  send_signed GET "/api/v1/users/username/availability?username=$name"
  check_status 200
  check_body "data.username" "$name" .data.username
  send_signed GET "/api/v1/users/by-username/$name"
  check_error 404 USER_NOT_FOUND
}
