/* SPDX-License-Identifier: ISC */
/* fail: the refusals that every program shares. */
#include "fail.h"

enum { INTERNAL_ERROR = -32603, INVALID_REQUEST = -32600 };

const struct fail fail_internal = {
	500, "server_error", "The server met an unexpected condition; its log has the reason", INTERNAL_ERROR, 0, 0
};
const struct fail fail_unavailable = {
	503, "temporarily_unavailable", "The server cannot do this at the moment; try again", INTERNAL_ERROR, 5, 0
};
const struct fail fail_bad_request = {
	400, "invalid_request", "The request is malformed", INVALID_REQUEST, 0, 0
};
const struct fail fail_not_found = {
	404, "not_found", "Nothing is served at this address", INVALID_REQUEST, 0, 0
};
const struct fail fail_method = {
	405, "invalid_request", "This method is not allowed here", INVALID_REQUEST, 0, 0
};
const struct fail fail_too_large = {
	413, "invalid_request", "The request body is too large", INVALID_REQUEST, 0, 0
};
const struct fail fail_timeout = {
	408, "invalid_request", "The request body did not arrive in time", INVALID_REQUEST, 0, 0
};
const struct fail fail_host = {
	403, "invalid_request", "This server answers to loopback names only", INVALID_REQUEST, 0, 0
};
