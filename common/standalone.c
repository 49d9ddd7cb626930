/* SPDX-License-Identifier: ISC */
/*
 * standalone: nothing at all in a program that is linked against the libraries of its system.  With MCP_STANDALONE the program
 * is static: /etc/nsswitch.conf may name modules of a foreign libc, which must not be loaded, while `files` and `dns` are
 * part of glibc itself.
 */
#include <netdb.h>
#include <nss.h>
#include <stddef.h>
#include <unistd.h>

#include "standalone.h"

#ifdef MCP_STANDALONE

void standalone_begin(void)
{
	__nss_configure_lookup("hosts", "files dns");
}

const char *standalone_ca_file(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt",			/* Debian, Ubuntu, Arch, Alpine */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",	/* Fedora, RHEL, CloudLinux */
		"/etc/pki/tls/certs/ca-bundle.crt",			/* the same, older */
		"/etc/ssl/ca-bundle.pem",				/* SUSE */
		"/etc/ssl/cert.pem",
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

#else

void standalone_begin(void)
{
}

const char *standalone_ca_file(void)
{
	return NULL;
}

#endif
