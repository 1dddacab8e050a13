# shellcheck shell=bash
# Sending requests, and checking the answers. Part of scripts/smoke-test.

passed=0
failed=0

title() { printf '%s\n' "$1"; }
note() { printf '  note  %s\n' "$1"; }

wrong() { # WHY
  echo "smoke-test: $1" >&2
  exit 2
}

need() { # TOOL
  command -v "$1" >/dev/null || wrong "$1 is not installed"
}

# Sends a request; the answer is then in $status, "$work/headers" and "$work/body".
send() { # METHOD PATH [curl's options]
  local method=$1 path=$2
  shift 2
  request="$method $path"
  shown=""
  : >"$work/headers"
  : >"$work/body"
  if ! status=$(curl --silent --show-error --max-time 20 --request "$method" \
    --dump-header "$work/headers" --output "$work/body" --write-out '%{http_code}' \
    "$@" "$base$path" 2>"$work/curl"); then
    echo "smoke-test: no answer to $request: $(cat "$work/curl")" >&2
    exit 1
  fi
}

# Sends a request with a token, which stays off curl's command line. 503 says that it is safe to send it again.
send_as() { # TOKEN METHOD PATH [curl's options]
  local bearer=$1 tries
  shift
  for tries in 1 2 3; do
    send "$@" --config <(printf 'header = "Authorization: Bearer %s"\n' "$bearer")
    [[ $status == 503 && $tries -lt 3 && -z ${impatient:-} ]] || break
    sleep "$(retry_after)"
  done
  # What lasts is not waited for again.
  [[ $status != 503 ]] || impatient=1
}

send_signed() { send_as "$token" "$@"; }

# Sends JSON with a token.
send_json() { # TOKEN METHOD PATH JSON
  send_as "$1" "$2" "$3" --header 'Content-Type: application/json' --data "$4"
}

# Seconds to wait before another try: as the answer says, but no longer than a function waits before it asks the issuer
# again.
retry_after() {
  local seconds
  seconds=$(header Retry-After)
  if [[ $seconds =~ ^([1-9]|[12][0-9]|30)$ ]]; then echo "$seconds"; else echo 5; fi
}

header() { # NAME
  awk -v name="$1" 'BEGIN { name = tolower(name) ":" }
    tolower($1) == name { sub(/^[^:]*:[ \t]*/, ""); sub(/\r$/, ""); value = $0 }
    END { print value }' "$work/headers"
}

body() { # JQ'S PROGRAM [jq's options]
  local program=$1
  shift
  jq --raw-output "$@" "$program" "$work/body" 2>/dev/null || echo 'no such JSON'
}

check() { # WHAT WANTED FOUND
  if [[ $2 == "$3" ]]; then
    passed=$((passed + 1))
    echo "  ok    $1: $3"
  else
    failed=$((failed + 1))
    echo "  FAIL  $1: wanted $2, found ${3:-nothing}"
    if [[ -z ${shown-1} ]]; then
      shown=1
      echo "        $request was answered: $status $(head -c 500 "$work/body" | tr '\n' ' ')"
      explain
    fi
  fi
}

# Checks what is no answer of the API.
check_fact() { # WHAT WANTED FOUND
  shown=1
  check "$@"
}

# What such an answer means for whoever deploys.
explain() {
  case $status-$(header X-Error-Code) in
    500-INTERNAL)
      cause "the function failed. Its log line says why in Cause; AccessDenied is a permission on the table that the" \
        "function's role lacks (docs/operations.md, failures)" ;;
    503-UNAVAILABLE)
      cause "the function cannot reach what it needs: the table, or the issuer's keys. Its log line says which in Cause" \
        "(docs/operations.md, failures)" ;;
    404-ROUTE_NOT_FOUND | 404- | 405-*)
      cause "the API has no route for this, or it leads to another function" ;;
    403-ACCOUNT_NOT_ACTIVE) cause "the account of the token's user is not active" ;;
    403-*) cause "the token's user may not do this; --write needs an ADMIN, in the token and in the account" ;;
    500- | 503-) cause "API Gateway answered itself: the function crashed, is too slow, or may not be invoked" ;;
  esac
}

cause() { printf '        cause: %s\n' "$*"; }

check_status() { check "status" "$1" "$status"; }
check_header() { check "$1" "$2" "$(header "$1")"; }
check_body() { # WHAT WANTED JQ'S PROGRAM
  check "$1" "$2" "$(body "$3")"
}

check_present() { # HEADER
  check "$1" "present" "$([[ -n $(header "$1") ]] && echo present)"
}

# An error: status, code, and the envelope with exactly its five fields.
check_error() { # STATUS CODE
  check_status "$1"
  check_header X-Error-Code "$2"
  check_present X-Request-Id
  # shellcheck disable=SC2016 # jq expands its own variables.
  check "body" "the envelope" "$(body '
    if keys != ["data", "errors", "isSuccess", "statusCode", "timestamp"] then "its fields are \(keys)"
    elif .isSuccess != false then "isSuccess is \(.isSuccess)"
    elif .statusCode != $status then "statusCode is \(.statusCode)"
    elif .data != null then "data is not null"
    elif (.errors | length == 0 or any(.[]; type != "string")) then "errors is \(.errors)"
    elif (.timestamp | test("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z$") | not) then "timestamp is \(.timestamp)"
    else "the envelope" end' --argjson status "$1")"
}

# Prints JSON: an object of these pairs, none of which has a line break. They stay off every command line, where other
# users of the machine could see them.
object() { # NAME VALUE [NAME VALUE...]
  printf '%s\n' "$@" | jq --slurp --raw-input '
    split("\n")[:-1] | [range(0; length; 2) as $i | {(.[$i]): .[$i + 1]}] | add'
}

# So many random bytes, as base64url without padding.
random_base64() { # BYTES
  head -c "$1" /dev/urandom | base64url
}

base64url() { base64 | tr -d '\n=' | tr '+/' '-_'; }

# Twelve random hexadecimal digits.
random_hex() { od -An -N6 -tx1 /dev/urandom | tr -d ' \n'; }
