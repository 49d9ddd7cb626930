/* SPDX-License-Identifier: ISC */
/* fail: the refusals that every program shares. */
#include "fail.h"

enum { JSON_RPC_INTERNAL_ERROR = -32603 };

const struct fail fail_internal = {
	.status = 500, .error = "server_error", .code = JSON_RPC_INTERNAL_ERROR,
	.description = "The server met an unexpected condition; its log has the reason",
};
const struct fail fail_unavailable = {
	.status = 503, .error = "temporarily_unavailable", .code = JSON_RPC_INTERNAL_ERROR, .retry_after = 5,
	.description = "The server cannot do this at the moment; try again",
};
const struct fail fail_not_found = FAIL(404, "not_found", "Nothing is served at this address");
const struct fail fail_method = FAIL(405, "invalid_request", "This method is not allowed here");
const struct fail fail_too_large = FAIL(413, "invalid_request", "The request body is too large");
const struct fail fail_timeout = FAIL(408, "invalid_request", "The request body did not arrive in time");
const struct fail fail_plain = FAIL(403, "invalid_request", "https required: this server does not answer over plain http");
const struct fail fail_host = FAIL(403, "invalid_request", "This server answers to loopback names only");
