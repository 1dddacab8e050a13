# shellcheck shell=bash
# What the writes rely on and no document of AWS promises, asserted on the real table. Part of scripts/smoke-test.

try_table() {
  [[ -n $table ]] || return 0
  smoke_key=SMOKETEST#$(random_hex)
  leftovers+=(delete_items)
  try_comparisons
  try_client_token
}

# No consumer of the stream knows this kind of key, and what is left over is swept after a day.
try_comparisons() {
  title "In the table $table, a comparison with an absent attribute is false"
  dynamodb put-item --item \
    "{\"pk\":{\"S\":\"$smoke_key\"},\"zero\":{\"N\":\"0\"},\"expiresAt\":{\"N\":\"$(($(date +%s) + 86400))\"}}"
  check_fact "writing an item" accepted "$answer"
  compare "$smoke_key" 'zero <= :one'
  check_fact "a comparison with a present attribute" accepted "$answer"
  local operator
  for operator in = '<' '<=' '>' '>='; do
    compare "$smoke_key" "absent $operator :one"
    check_fact "absent $operator :one" ConditionalCheckFailedException "$answer"
  done
  compare "$smoke_key-none" 'absent <= :one'
  check_fact "in an item that is absent" ConditionalCheckFailedException "$answer"
}

# Changes the item if the condition holds.
compare() { # KEY CONDITION
  dynamodb update-item --key "{\"pk\":{\"S\":\"$1\"}}" --update-expression 'SET changed = :one' \
    --condition-expression "$2" --expression-attribute-values '{":one":{"N":"1"}}'
}

try_client_token() {
  title "After a cancelled attempt, the same client request token is judged anew"
  local client_token
  client_token=$(random_hex)-$(random_hex)
  write_on_condition "$client_token"
  check_fact "the first attempt" TransactionCanceledException "$answer"
  write_on_condition "$client_token"
  check_fact "the second attempt" TransactionCanceledException "$answer"
  dynamodb update-item --key "{\"pk\":{\"S\":\"$smoke_key\"}}" --update-expression 'SET zero = :one' \
    --expression-attribute-values '{":one":{"N":"1"}}'
  check_fact "what the condition asks for" accepted "$answer"
  write_on_condition "$client_token"
  check_fact "the third attempt" accepted "$answer"
  check_fact "what it wrote" 1 "$(aws_cli dynamodb get-item --table-name "$table" --consistent-read \
    --key "{\"pk\":{\"S\":\"$smoke_key\"}}" --query Item.written.N --output text 2>&1)"
}

# The same transaction each time: it writes if zero is 1.
write_on_condition() { # CLIENT_TOKEN
  jq --null-input --arg table "$table" --arg key "$smoke_key" '[{Update: {
    TableName: $table, Key: {pk: {S: $key}}, UpdateExpression: "SET written = :one",
    ConditionExpression: "zero = :one", ExpressionAttributeValues: {":one": {N: "1"}}}}]' >"$work/transaction"
  call dynamodb transact-write-items --client-request-token "$1" --transact-items "file://$work/transaction"
}

dynamodb() { # COMMAND [options]
  local command=$1
  shift
  call dynamodb "$command" --table-name "$table" "$@"
}

# Calls AWS; $answer is then "accepted", or the name of the error.
call() {
  if aws_cli "$@" >/dev/null 2>"$work/aws"; then
    answer=accepted
  else
    answer=$(sed -nE 's/.*An error occurred \(([A-Za-z]+)\).*/\1/p' "$work/aws" | head -1)
    : "${answer:=$(tr '\n' ' ' <"$work/aws")}"
  fi
}

delete_items() {
  local key
  for key in "$smoke_key" "$smoke_key-none"; do
    dynamodb delete-item --key "{\"pk\":{\"S\":\"$key\"}}"
    if [[ $answer != accepted ]]; then
      echo "smoke-test: the item $key may be left over in $table: $answer" >&2
    fi
  done
}
