#!/bin/sh
# SPDX-License-Identifier: ISC
#
# smoke.sh: is this deployment of mcp-cgi alive and put together rightly?
#
#	tests/smoke.sh https://mcp.example.org
#
# Needs curl and nothing else, no account, and leaves nothing behind but one registered client that nobody agrees to.
# Prints a line a check, and exits 0 when all of them passed.
set -eu

[ $# -eq 1 ] || { echo "usage: smoke.sh URL" >&2; exit 2; }
URL=${1%/}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
passed=0
failed=0
: >"$T/head"
: >"$T/body"

# ask ARGUMENT...: one request; leaves status, $T/head and $T/body.
ask() {
	status=$(curl -q -sS --max-time 20 -o "$T/body" -D "$T/head" -w '%{http_code}' "$@" 2>"$T/why") || status=000
	tr -d '\r' <"$T/head" >"$T/head.new"
	mv "$T/head.new" "$T/head"
}

field() {
	sed -n "s/^$1: *//Ip" "$T/head"
}

# What a check is made of; the first that does not hold is the reason.
reason=
no() {
	[ -n "$reason" ] || reason=$*
}
status_is() {
	case " $* " in
	*" $status "*) ;;
	*) no "status $status instead of $* $(cat "$T/why" 2>/dev/null)" ;;
	esac
}
field_has() {
	field "$1" | grep -qiF -e "$2" || no "header $1 is '$(field "$1")', without '$2'"
}
field_lacks() {
	! field "$1" | grep -qiF -e "$2" || no "header $1 is '$(field "$1")'"
}
no_field() {
	[ -z "$(field "$1")" ] || no "there is a header $1"
}
body_has() {
	grep -qF -e "$1" "$T/body" || no "the body lacks $1: $(head -c 200 "$T/body")"
}
body_lacks() {
	! grep -qF -e "$1" "$T/body" || no "the body has $1"
}
json() {
	field_has Content-Type application/json
	case $(head -c 1 "$T/body") in
	'{') ;;
	*) no "the body is no JSON object: $(head -c 200 "$T/body")" ;;
	esac
}
oauth_error() {
	json
	body_has "\"error\":\"$1\""
	field_has Cache-Control no-store
}
rpc_error() {
	json
	body_has '"jsonrpc":"2.0"'
	body_has '"error":{'
}

# check WHAT: judges what was asked since the last one.
check() {
	if [ -z "$reason" ]; then
		passed=$((passed + 1))
		echo "ok - $1"
	else
		failed=$((failed + 1))
		echo "not ok - $1: $reason"
	fi
	reason=
}

check_resource() {
	for path in /.well-known/oauth-protected-resource /.well-known/oauth-protected-resource/mcp; do
		ask "$URL$path"
		status_is 200
		json
		body_has "\"resource\":\"$URL/mcp\""
		body_has "\"authorization_servers\":[\"$URL\"]"
		body_lacks offline_access
		field_has Access-Control-Allow-Origin '*'
		no_field Access-Control-Allow-Credentials
		check "$path describes $URL/mcp"
	done
}

check_server() {
	ask "$URL/.well-known/oauth-authorization-server"
	cp "$T/body" "$T/server"
	status_is 200
	json
	body_has "\"issuer\":\"$URL\""
	body_has "\"authorization_endpoint\":\"$URL/authorize\""
	body_has "\"token_endpoint\":\"$URL/token\""
	body_has "\"revocation_endpoint\":\"$URL/revoke\""
	body_has '"code_challenge_methods_supported":["S256"]'
	body_has '"authorization_response_iss_parameter_supported":true'
	field_has Access-Control-Allow-Origin '*'
	check "the authorization server's metadata name the issuer $URL and S256"
	ask "$URL/.well-known/openid-configuration"
	status_is 200
	json
	body_has "\"issuer\":\"$URL\""
	body_has "\"authorization_endpoint\":\"$URL/authorize\""
	body_has '"code_challenge_methods_supported":["S256"]'
	check "openid-configuration says the same"
}

check_metadata_methods() {
	path=/.well-known/oauth-authorization-server
	ask -I "$URL$path"
	status_is 200
	field_has Content-Type application/json
	check "HEAD on metadata"
	ask -X OPTIONS -H 'Origin: https://client.example' -H 'Access-Control-Request-Method: GET' "$URL$path"
	status_is 200 204
	field_has Access-Control-Allow-Origin '*'
	no_field Access-Control-Allow-Credentials
	check "OPTIONS on metadata lets scripts of other origins read"
	ask -d '' "$URL$path"
	status_is 405
	field_has Allow GET
	check "POST on metadata is not allowed"
	ask "$URL/.well-known/oauth-authorization-server/nowhere"
	status_is 404
	check "no metadata at other addresses"
}

check_challenge() {
	ask -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' "$URL/mcp"
	status_is 401
	field_has WWW-Authenticate Bearer
	field_has WWW-Authenticate "resource_metadata=\"$URL/.well-known/oauth-protected-resource/mcp\""
	field_has WWW-Authenticate scope=
	field_lacks WWW-Authenticate error=
	rpc_error
	check "/mcp without a token says where to get one"
	ask -H 'Authorization: Bearer nonsense' -H 'Content-Type: application/json' \
	    -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' "$URL/mcp"
	status_is 401
	field_has WWW-Authenticate 'error="invalid_token"'
	rpc_error
	check "/mcp says that a token is invalid (the web server passes Authorization on)"
	ask -H 'Origin: https://evil.example' -H 'Content-Type: application/json' -d '{}' "$URL/mcp"
	status_is 403
	json
	no_field Access-Control-Allow-Origin
	check "/mcp refuses pages of other origins"
	ask "$URL/mcp"
	status_is 401 405
	json
	check "GET /mcp is refused with JSON"
	ask -d '' "$URL/mcp/extra"
	status_is 404 401
	json
	check "/mcp/extra is refused by the program"
	ask "$URL/mcpfoo"
	no_field WWW-Authenticate
	status_is 404 403 410
	check "/mcpfoo is not /mcp"
}

register() {
	ask -H "Content-Type: ${2:-application/json}" -d "$1" "$URL/register"
}

# Sets client, or leaves it empty where registration is not open.
check_registration() {
	client=
	if ! grep -q '"registration_endpoint"' "$T/server"; then
		register '{"redirect_uris":["http://127.0.0.1/callback"]}'
		status_is 404 403
		check "registration is off"
		return
	fi
	register '{"client_name":"smoke","redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none"}'
	if [ "$status" = 401 ]; then
		field_has WWW-Authenticate Bearer
		check "registration needs an initial access token"
		return
	fi
	status_is 201
	json
	field_has Cache-Control no-store
	body_lacks client_secret
	client=$(sed -n 's/.*"client_id":"\([^"]*\)".*/\1/p' "$T/body")
	[ -n "$client" ] || no "there is no client_id"
	check "a client registers"
	register '{"redirect_uris":["javascript:alert(1)"]}'
	status_is 400
	oauth_error invalid_redirect_uri
	check "a client cannot register a script as its address"
	register '{"redirect_uris":["http://127.0.0.1/callback"]}' text/plain
	status_is 400 415
	json
	check "a registration is application/json"
}

check_authorize() {
	challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
	query="response_type=code&code_challenge=$challenge&code_challenge_method=S256&state=smoke"
	ask "$URL/authorize?$query&client_id=nobody&redirect_uri=https%3A%2F%2Fevil.example%2F"
	status_is 400
	field_has Content-Type text/html
	no_field Location
	check "/authorize sends nobody on for an unknown client"
	[ -n "$client" ] || return 0
	ask "$URL/authorize?$query&client_id=$client&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback"
	status_is 200
	field_has Content-Type text/html
	field_has Content-Security-Policy "default-src 'none'"
	field_has Content-Security-Policy "frame-ancestors 'none'"
	field_has Cache-Control no-store
	field_has Set-Cookie HttpOnly
	case $URL in
	https:*)
		field_has Set-Cookie __Host-
		field_has Set-Cookie Secure
		;;
	esac
	no_field Location
	no_field Access-Control-Allow-Origin
	body_has 'name="password"'
	body_lacks '<script'
	check "/authorize asks to sign in"
	ask "$URL/authorize?$query&client_id=$client&redirect_uri=https%3A%2F%2Fevil.example%2F"
	status_is 400
	no_field Location
	check "/authorize sends nobody to an address that is not registered"
}

check_token() {
	ask -d client_id=nobody "$URL/token"
	status_is 400
	oauth_error invalid_request
	check "/token without a grant type"
	ask -d grant_type=password -d "client_id=${client:-nobody}" "$URL/token"
	status_is 400
	oauth_error unsupported_grant_type
	check "/token with an unknown grant type"
	ask -d grant_type=authorization_code -d client_id=nobody -d code=x -d code_verifier=x "$URL/token"
	status_is 401
	oauth_error invalid_client
	check "/token for an unknown client"
	ask -H 'Content-Type: application/json' -d '{}' "$URL/token"
	status_is 400
	oauth_error invalid_request
	check "/token takes forms only"
	ask "$URL/token"
	status_is 405
	field_has Allow POST
	json
	check "GET /token is not allowed"
	[ -n "$client" ] || return 0
	ask -d grant_type=refresh_token -d "client_id=$client" -d refresh_token=mcpr_nonsense "$URL/token"
	status_is 400
	oauth_error invalid_grant
	field_has Access-Control-Allow-Origin '*'
	check "/token with a refresh token that is none"
	ask -d "client_id=$client" -d token=mcpr_nonsense "$URL/revoke"
	status_is 200
	check "/revoke does not tell a token from nonsense"
}

check_files() {
	for path in /mcp.db /mcp-cgi.conf /mcp-cgi/mcp.db /cgi-bin/mcp.db; do
		ask "$URL$path"
		status_is 401 403 404
	done
	check "settings and database are not handed out"
}

check_resource
check_server
check_metadata_methods
check_challenge
check_registration
check_authorize
check_token
check_files
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
