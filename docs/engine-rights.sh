#!/bin/sh
# Makes the engine's user that workers and operator use, with no more rights than they need.
#
#   ENGINE_URL=https://engine/engine-rest ADMIN=user:password USERNAME=farerules PASSWORD=... sh engine-rights.sh ticket-refund
#
# Arguments: keys of the process definitions. It may be run again: a user that is there is kept as it is, and so is a grant.
set -eu

url="${ENGINE_URL:?base URL of the REST API}"
user="${USERNAME:?name of the user to make}"
[ $# -gt 0 ] || { echo "name the process definitions" >&2; exit 2; }

# Inside double quotes, in JSON and in curl's configuration.
quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# The administrator's password is read from standard input, so that no list of processes shows it.
ask() {
  printf 'user = "%s"\n' "$(quoted "${ADMIN:?user:password of an administrator}")" |
    curl --silent --show-error --fail --config - --header 'Content-Type: application/json' "$@"
}

if [ "$(ask "$url/user/count?id=$user")" = '{"count":0}' ]; then
  printf '{"profile":{"id":"%s","firstName":"Technical","lastName":"user"},"credentials":{"password":"%s"}}' \
    "$user" "$(quoted "${PASSWORD:?its password}")" > "${body:=$(mktemp)}"
  trap 'rm -f "$body"' EXIT
  ask --data @"$body" "$url/user/create"
  echo "made the user $user"
fi

# type 1: granted; resource 6: process definition.
for key in "$@"; do
  if [ "$(ask "$url/authorization/count?type=1&userIdIn=$user&resourceType=6&resourceId=$key")" = '{"count":0}' ]; then
    ask --output /dev/null --data "{
      \"type\": 1, \"userId\": \"$user\", \"resourceType\": 6, \"resourceId\": \"$key\",
      \"permissions\": [\"READ_INSTANCE\", \"UPDATE_INSTANCE\", \"READ_HISTORY\"]
    }" "$url/authorization/create"
    echo "granted READ_INSTANCE, UPDATE_INSTANCE and READ_HISTORY on $key"
  fi
done
