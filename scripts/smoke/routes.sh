# shellcheck shell=bash
# What needs no token: the door, every route, the keys of the issuers. Part of scripts/smoke-test.

# Every operation of the API: method, path, tag, and whether it takes a token. openapi.yaml is generated, so
# its form is known.
operations() {
  awk '
    function end() { if (method != "") print method, path, tag, open; method = "" }
    /^[^ ]/ { end(); inside = ($0 == "paths:") }
    !inside { next }
    /^  \/.*:$/ { end(); path = substr($1, 1, length($1) - 1) }
    /^    (get|put|post|patch|delete):$/ {
      end(); method = toupper(substr($1, 1, length($1) - 1)); tag = "none"; open = "token"
    }
    /^      tags:$/ { getline; tag = $2 }
    /^      security: \[\]$/ { open = "open" }
    END { end() }' "$root/openapi.yaml"
}

try_the_door() {
  local change=(--header 'Content-Type: application/json' --data '{"newUsername":"smoke_test"}')
  title "A rename without a token is refused"
  send PATCH /api/v1/users/username "${change[@]}"
  check_error 401 TOKEN_MISSING
  check_header Content-Language en
  check_challenge

  title "The answer is in the language that was asked for"
  send PATCH /api/v1/users/username "${change[@]}" --header 'X-Language: tr'
  check_error 401 TOKEN_MISSING
  check_header Content-Language tr

  title "A path that does not exist is answered in the API's own form"
  send GET /smoke-test/no-such-path
  check_error 404 ROUTE_NOT_FOUND

  title "A browser may ask before it calls"
  send OPTIONS /api/v1/users/username --header 'Origin: https://app.example.com' \
    --header 'Access-Control-Request-Method: PATCH'
  check "status" "2xx" "${status:0:1}xx"

  title "So is a method that a path does not have"
  send DELETE /api/v1/users/username
  check_error 405 METHOD_NOT_ALLOWED
  check_header Allow PATCH
}

# A 401 says how to authenticate (RFC 9110 section 15.5.2). API Gateway's REST APIs are known to rename this header;
# of HTTP APIs nobody says.
check_challenge() {
  local renamed
  renamed=$(header X-Amzn-Remapped-WWW-Authenticate)
  if [[ -z $(header WWW-Authenticate) && -n $renamed ]]; then
    note "API Gateway renames WWW-Authenticate to x-amzn-remapped-www-authenticate"
    check "WWW-Authenticate, renamed" "Bearer" "${renamed%% *}"
  else
    local challenge
    challenge=$(header WWW-Authenticate)
    check "WWW-Authenticate" "Bearer" "${challenge%% *}"
  fi
}

# A well-formed token that no key has signed.
unknown_token() { # ISSUER
  local now claims
  now=$(date +%s)
  claims=$(jq --null-input --compact-output --arg iss "$1" --argjson now "$now" \
    '{$iss, sub: "smoke-test", aud: "smoke-test", iat: $now, exp: ($now + 300)}')
  printf '%s.%s.%s' \
    "$(printf '{"alg":"RS256","typ":"JWT","kid":"smoke-test-%s"}' "$(random_hex)" | base64url)" \
    "$(printf '%s' "$claims" | base64url)" "$(random_base64 256)"
}

# Sends every operation a request without effect: with a token that no key has signed, or with nothing in the body.
# The first kind needs the issuer's keys: 401 says that the function has asked for them, 503 that it cannot. Each
# function asks for itself. So this shows both: that the route is there, and that the issuer is.
try_routes() {
  title "Every operation is there, and reaches the issuer of its tokens"
  # The key is looked for before iss is compared (shared/src/token/issuer.rs), and a token that does not name the
  # API itself is judged by the provider's keys. So this holds too where the iss is not known.
  local probe method path tag open count=0
  probe=$(unknown_token "${issuer:-https://smoke-test.invalid/}")
  while read -r method path tag open <&3; do
    if [[ $tag == SigningIn && $sign_in == off ]]; then
      continue
    fi
    count=$((count + 1))
    try_route "$probe" "$method" "$(sample "$path")" "$open"
  done 3< <(operations)
  check_fact "operations in openapi.yaml" "some" "$([[ $count -gt 0 ]] && echo some)"
  echo "        $count operations"
}

try_route() { # TOKEN METHOD PATH OPEN
  local wanted=400 code=VALIDATION_FAILED
  if [[ $4 == token ]]; then
    wanted=401 code=TOKEN_INVALID
    send_json "$1" "$2" "$3" '{}'
  elif [[ $2 == GET ]]; then
    wanted=200 code=''
    send "$2" "$3"
  else
    send "$2" "$3" --header 'Content-Type: application/json' --data '{}'
  fi
  check "$2 $3" "$wanted${code:+ $code}" "$status$(header X-Error-Code | sed 's/^./ &/')"
  if [[ $4 == token && $status == 503 ]]; then
    cause "a token of an unknown key cannot be judged, so the issuer's keys cannot be fetched: is JwtIssuer or JwtJwksUrl" \
      "right, and does the issuer answer? (docs/operations.md, key-fetch-failures)"
  fi
}

# A path with its parameters filled in.
sample() { # PATH
  local path=$1
  path=${path//'{userId}'/smoke-test}
  path=${path//'{username}'/smoke_test}
  if [[ $path == */availability ]]; then path+='?username=smoke_test'; fi
  printf '%s' "$path"
}

# Where users sign in here, our own keys are judged by too: they are read from the table.
try_keys() {
  [[ $sign_in == on ]] || return 0
  title "Our own keys are published, and every function reads them"
  send GET /.well-known/openid-configuration
  check_status 200
  own_issuer=$(body .issuer)
  check "issuer" "a URL" "$([[ $own_issuer =~ ^https?:// ]] && echo 'a URL')"
  send GET /.well-known/jwks.json
  check_status 200
  check_body "keys" "some" 'if (.keys | length) > 0 then "some" else "none: make one (docs/operations.md, Signing in)" end'
  local probe method path tag open
  probe=$(unknown_token "$own_issuer")
  while read -r method path tag open <&3; do
    if [[ $open == token ]]; then
      send_json "$probe" "$method" "$(sample "$path")" '{}'
      check "$request" "401 TOKEN_INVALID" "$status $(header X-Error-Code)"
    fi
  done 3< <(operations)
}
