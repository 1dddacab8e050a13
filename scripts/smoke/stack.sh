# shellcheck shell=bash
# What the stack on AWS says of itself, and which version its functions are. Part of scripts/smoke-test.

# The AWS CLI, whose pager would wait for somebody.
aws_cli() { AWS_PAGER='' aws "$@"; }

# Takes from the stack what the options do not say.
read_stack() {
  [[ -n $stack ]] || return 0
  if ! aws_cli cloudformation describe-stacks --stack-name "$stack" --output json >"$work/stack" 2>"$work/aws"; then
    echo "smoke-test: the stack $stack cannot be read: $(tr '\n' ' ' <"$work/aws")" >&2
    exit 1
  fi
  : "${sign_in:=$(of_stack Parameters Parameter SignIn)}"
  : "${issuer:=$(of_stack Parameters Parameter JwtIssuer)}"
  if [[ -n $write ]]; then
    : "${table:=$(of_stack Outputs Output TableName)}"
    [[ -n $table ]] || wrong "the stack $stack has no output TableName"
  fi
}

of_stack() { # LIST KIND NAME
  jq --raw-output --arg list "$1" --arg kind "$2" --arg name "$3" \
    '.Stacks[0][$list][]? | select(.[$kind + "Key"] == $name) | .[$kind + "Value"]' "$work/stack"
}

# The alias that the API calls has to point to a version of that revision, for every function. SAM writes the
# revision to the end of each version's description.
try_revision() {
  [[ -n $revision ]] || return 0
  title "Every function is of the revision $revision"
  local functions=0 function version found
  for function in $(aws_cli cloudformation list-stack-resources --stack-name "$stack" --output text --query \
    "StackResourceSummaries[?ResourceType=='AWS::Lambda::Function'].PhysicalResourceId"); do
    functions=$((functions + 1))
    found=$(aws_cli lambda get-function-configuration --function-name "$function" --qualifier live --output json \
      2>&1) || { check_fact "$function" "an alias live" "$(tr '\n' ' ' <<<"$found")"; continue; }
    version=$(jq --raw-output '.Description // "" | split(" ") | last // ""' <<<"$found")
    if [[ $version == *"$revision" ]]; then version=$revision; fi
    check_fact "$function" "$revision" "$version"
    if [[ $version != "$revision" ]]; then
      cause "the alias live points to an old version: the deployment had no new Revision, or was rolled back"
    fi
  done
  check_fact "functions" "$(operations | awk -v on="$sign_in" '$3 != "SigningIn" || on == "on"' | wc -l | tr -d ' ')" \
    "$functions"
}
