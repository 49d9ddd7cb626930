/* SPDX-License-Identifier: ISC */
/* subscription: whoever may read a resource may hear that it has changed, and nobody else. */
#include <string.h>

#include "rpc_message.h"
#include "subscription.h"

static const struct fail no_resource = {
	200, "invalid_request", "Resource not found", RPC_RESOURCE_NOT_FOUND, 0, 0
};

/* There are no resources here yet, so that there is none to hear of. */
const struct fail *subscription_may(struct context *cx, const struct bearer *who, const char *uri)
{
	(void)cx;
	(void)who;
	(void)uri;
	return &no_resource;
}
