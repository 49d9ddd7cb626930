/* SPDX-License-Identifier: ISC */
/* role: who asks the database.  Every statement in schema/ names the roles that may run it; see store.h. */
#ifndef ROLE_H
#define ROLE_H

enum role {
	ROLE_NONE = 0,			/* opens no database at all */
	ROLE_REGISTER = 1 << 0,
	ROLE_AUTHORIZE = 1 << 1,
	ROLE_TOKEN = 1 << 2,
	ROLE_REVOKE = 1 << 3,
	ROLE_MCP = 1 << 4,
	ROLE_MCPCTL = 1 << 5,
	ROLE_INTROSPECT = 1 << 6,
	ROLE_ACCOUNT = 1 << 7,
	ROLE_WORK = 1 << 8,
	ROLE_LISTEN = 1 << 9,
	ROLE_SETUP = 1 << 10,
};

#endif
