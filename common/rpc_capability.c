/* SPDX-License-Identifier: ISC */
/* rpc_capability: changes of a list are announced where somebody can listen for them. */
#include "json.h"
#include "rpc_capability.h"

void rpc_capability_put(struct buf *b, const struct context *cx, enum revision r)
{
	(void)cx;
	json_put_name(b, "capabilities");
	buf_text(b, r >= REVISION_MODERN ? "{\"tools\":{\"listChanged\":true}}" : "{\"tools\":{}}");
}
