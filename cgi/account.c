/* SPDX-License-Identifier: ISC */
/* account: the page of a person who has signed in: what is connected, and take it back. */
#include "serve.h"
#include "voice.h"

static const struct fail *account_handle(struct request *rq, struct response *rs)
{
	(void)rq;
	(void)rs;
	return &fail_not_found;
}

const struct endpoint account = {
	.name = "account", .methods = METHOD_GET | METHOD_POST, .role = ROLE_ACCOUNT, .body_max = 64 * 1024,
	.cors = CORS_NONE, .handle = account_handle, .refuse = voice_page,
};

int main(void)
{
	return serve(&account);
}
