#!/bin/sh
# SPDX-License-Identifier: ISC
#
# token.sh: an access token by the real way: register, authorization page, sign-in, consent, code, token.
#
#	echo PASSWORD | tests/bench/token.sh http://127.0.0.1:8080 USER ["SCOPE ..."]
#
# Needs curl.  The PKCE pair is the one of RFC 7636 appendix B: this is for tests, where nobody intercepts anything.
set -eu

URL=${1:?usage: token.sh URL USER [SCOPE]}
WHO=${2:?usage: token.sh URL USER [SCOPE]}
SCOPE=${3:-read:knowledge write:knowledge}
BACK=http://127.0.0.1:1/callback
IFS= read -r password
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM

die() {
	echo "token.sh: $*" >&2
	exit 1
}

ask() {
	curl -q -sS --max-time 30 -b "$T/jar" -c "$T/jar" "$@"
}

# The hidden fields of the first form, as arguments of curl; their values have no blanks.
hidden() {
	sed '/<\/form>/q' "$T/page" | sed -n 's/.*<input type="hidden" name="\([^"]*\)" value="\([^"]*\)".*/-d \1=\2/p'
}

# A text member of a flat JSON object.
member() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

client=$(ask -H 'Content-Type: application/json' "$URL/register" -d '{"client_name":"token.sh",
    "redirect_uris":["'"$BACK"'"],"token_endpoint_auth_method":"none"}' | member client_id)
[ -n "$client" ] || die "the client was not registered"

ask -o "$T/page" -G "$URL/authorize" -d response_type=code -d "client_id=$client" --data-urlencode "redirect_uri=$BACK" \
    --data-urlencode "scope=$SCOPE" -d code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM \
    -d code_challenge_method=S256
grep -q 'name="password"' "$T/page" || die "there is no sign-in page"

# shellcheck disable=SC2046 # the fields are meant to be split
next=$(printf '%s' "$password" | ask -o "$T/page" -w '%{redirect_url}' "$URL/authorize" $(hidden) \
    --data-urlencode "username=$WHO" --data-urlencode password@-)
[ -n "$next" ] || die "$WHO was not signed in"
ask -o "$T/page" "$next"

# shellcheck disable=SC2046
next=$(ask -o "$T/after" -w '%{redirect_url}' "$URL/authorize" $(hidden) -d action=allow)
code=$(printf '%s\n' "$next" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
[ -n "$code" ] || die "there is no code: $next"

token=$(ask "$URL/token" -d grant_type=authorization_code -d "client_id=$client" -d "code=$code" \
    --data-urlencode "redirect_uri=$BACK" -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk |
    member access_token)
[ -n "$token" ] || die "there is no token"
echo "$token"
