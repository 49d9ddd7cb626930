/* SPDX-License-Identifier: ISC */
/* subscription: whoever may read a resource may hear that it has changed, and nobody else. */
#include "listen_hook.h"
#include "rpc_message.h"
#include "subscription.h"

static const struct fail no_resource = {
	200, "invalid_request", "Resource not found", RPC_RESOURCE_NOT_FOUND, 0, 0
};

const struct fail *subscription_may(struct context *cx, const struct bearer *who, const char *uri)
{
	bool may;
	const struct fail *no = listen_may_hear(cx, who, uri, &may);

	return no || may ? no : &no_resource;
}
