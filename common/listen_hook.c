/* SPDX-License-Identifier: ISC */
/* listen_hook: documents of the knowledge base.  Resources that are files, and tasks, are not served: nobody hears of them. */
#include <stdlib.h>
#include <string.h>

#include "listen_hook.h"
#include "scope.h"
#include "store_document.h"

#define DOCUMENTS "kb:///documents/"
#define READ_SCOPE "read:knowledge"

/* The number behind the prefix, as we write it: no sign, no zeros before it, no more than fits.  0: it is none. */
static int64_t document_of(const char *uri)
{
	const char *digits = uri + strlen(DOCUMENTS);
	size_t n;

	if (strncmp(uri, DOCUMENTS, strlen(DOCUMENTS)) != 0 || *digits < '1' || *digits > '9')
		return 0;
	n = strspn(digits, "0123456789");
	return digits[n] || n > 18 ? 0 : strtoll(digits, NULL, 10);
}

const struct fail *listen_may_hear(struct context *cx, const struct bearer *who, const char *uri, bool *may)
{
	int64_t id = document_of(uri);

	*may = false;
	if (!id || !scope_covers(cx->conf, who->scope, READ_SCOPE))
		return NULL;
	return document_may_read(cx->store, id, who->user_id, may);
}

const char *listen_path(struct context *cx, const char *uri)
{
	(void)cx;
	(void)uri;
	return NULL;
}

const struct fail *listen_may_hear_task(struct context *cx, const struct bearer *who, const char *id, bool *may)
{
	(void)cx;
	(void)who;
	(void)id;
	*may = false;
	return NULL;
}

bool listen_put_task(struct context *cx, struct buf *b, const char *id)
{
	(void)cx;
	(void)b;
	(void)id;
	return false;
}
