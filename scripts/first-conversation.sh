#!/usr/bin/env bash
# scripts/first-conversation.sh [URL [TOKEN]]: the README's first conversation with a running server; prints every answer
# and fails at the first that is not what the README says. The token is SOMABRAIN_TOKEN where it is not given, as is better:
# everybody on the machine sees arguments.
set -euo pipefail
url=${1:-http://127.0.0.1:9696}
token=${2:-${SOMABRAIN_TOKEN:-}}
# in a namespace of its own: so it can be held again and again
namespace=first-conversation-$(date +%s)-$$

# say PATH BODY: sends and prints both; the answer is in $answer.
say() {
  local body
  body=$(printf '%s' "$2" | sed "s/^{/{\"namespace\": \"$namespace\", /")
  echo "\$ curl -X POST $url$1 -d '$body'"
  # by a file that is none: arguments can be seen
  answer=$(curl -sS --max-time 30 -X POST "$url$1" -H @<(printf '%s' "${token:+Authorization: Bearer $token}") -d "$body")
  echo "$answer"
  echo
}
# holds PATTERN…: in the answer, in this order.
holds() {
  local rest=$answer
  for pattern in "$@"; do
    case $rest in
      *"$pattern"*) rest=${rest#*"$pattern"} ;;
      *) echo "the answer above lacks $pattern" >&2; exit 1 ;;
    esac
  done
}
id() { printf '%s' "$answer" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p'; }

say /remember '{"content": "Ann keeps the spare key under the blue pot", "speaker": "Bo"}'
holds '"id":"' '"novelty":1.0' '"duplicate":false' '"degraded":false'

say /recall '{"query": "Where is the spare key?", "k": 1, "explain": true}'
holds '"content":"Ann keeps the spare key under the blue pot"' '"term":"semantic"' '"degraded":false'

say /remember '{"content": "build the image"}'
image=$(id)
say /remember "{\"content\": \"run the migrations\", \"links\": [{\"to\": \"$image\", \"relation\": \"requires\"}]}"
migrations=$(id)
say /remember "{\"content\": \"deploy the service\", \"links\": [{\"to\": \"$migrations\", \"relation\": \"requires\"}]}"
say /plan '{"goal": "deploy the service"}'
holds '"status":"complete"' '"action":"build the image"' '"action":"run the migrations"' '"action":"deploy the service"'

say /recall '{"query": "test", "k": 0}'
holds '"title":"A field is not valid"' '"status":422' 'must be a whole number of 1 to 100'
echo "the first conversation went as the README says"
