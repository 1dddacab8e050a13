# shellcheck shell=bash
# Getting a token, and whether users sign in here. Part of scripts/smoke-test.

# Whether users sign in here: as the options say, else as the discovery document does.
find_sign_in() {
  own_issuer=''
  send GET /.well-known/openid-configuration
  if [[ $status == 200 ]]; then
    own_issuer=$(body .issuer)
  fi
  if [[ -z $sign_in ]]; then
    sign_in=$([[ $status == 200 ]] && echo on || echo off)
    note "users sign in here: $sign_in, as $request says"
  fi
}

get_token() {
  if [[ -n $token ]]; then
    return
  elif [[ -n ${NAMEPLATE_USERNAME:-} && -n ${NAMEPLATE_PASSWORD:-} ]]; then
    log_in "$NAMEPLATE_USERNAME" "$NAMEPLATE_PASSWORD"
    [[ $status == 200 ]] || no_token "$request" "the API"
    token=$(body .accessToken)
    own_refresh_token=$(body .refreshToken)
    leftovers+=(log_out_at_the_end)
  elif [[ -n ${NAMEPLATE_TOKEN_URL:-} ]]; then
    get_client_token
  fi
}

log_in() { # USERNAME PASSWORD
  object username "$1" password "$2" >"$work/login"
  send POST /v1/auth/login --header 'Content-Type: application/json' --data "@$work/login"
}

log_out_at_the_end() {
  object refreshToken "$own_refresh_token" |
    curl --silent --max-time 20 --output /dev/null --header 'Content-Type: application/json' --data @- \
      "$base/v1/auth/logout"
}

# RFC 6749 section 4.4. The client authenticates itself with HTTP Basic (section 2.3.1).
get_client_token() {
  local id=${NAMEPLATE_CLIENT_ID:-} secret=${NAMEPLATE_CLIENT_SECRET:-}
  [[ -n $id && -n $secret ]] ||
    wrong "NAMEPLATE_TOKEN_URL needs NAMEPLATE_CLIENT_ID and NAMEPLATE_CLIENT_SECRET"
  if ! status=$(curl --silent --show-error --max-time 20 --output "$work/body" --write-out '%{http_code}' \
    --config <(object user "$id:$secret" | jq --raw-output '"user = \(.user | @json)"') \
    --data "grant_type=client_credentials${NAMEPLATE_TOKEN_FORM:+&$NAMEPLATE_TOKEN_FORM}" \
    "$NAMEPLATE_TOKEN_URL" 2>"$work/curl"); then
    echo "smoke-test: no answer from $NAMEPLATE_TOKEN_URL: $(cat "$work/curl")" >&2
    exit 1
  fi
  token=$(body '.access_token // ""')
  [[ $status == 200 && -n $token ]] || no_token "POST $NAMEPLATE_TOKEN_URL" "the issuer"
}

no_token() { # REQUEST WHO
  echo "smoke-test: $2 gives no token: $1 was answered: $status $(body '.errors // .error // .')" >&2
  exit 1
}

# A claim of the token, which is not verified here.
claim() { # NAME
  object token "$token" | jq --raw-output --arg name "$1" '
    .token | split(".")[1] | gsub("-"; "+") | gsub("_"; "/")
    | . + "===="[:(4 - length % 4) % 4] | @base64d | fromjson | .[$name] // "absent"
    | if type == "array" then join(", ") else tostring end' 2>/dev/null || echo 'not readable'
}
