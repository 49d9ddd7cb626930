/* SPDX-License-Identifier: ISC */
/*
 * resolve: a name service and a network of our own, preloaded (LD_PRELOAD) into the program fetch; for the tests.
 *
 *	MCP_TEST_HOSTS	NAME=ANSWER;NAME=ANSWER  where ANSWER is addresses with commas between them, or `none`, or `hang`;
 *			ANSWER|ANSWER changes with every question, the last one stays
 *	MCP_TEST_LOG	a file that gets a line `resolve NAME` for every question and `connect ADDRESS PORT` for every
 *			connection that is begun
 *
 * A name that is not listed has no address.  A connection to an address that is not of this machine goes to this machine,
 * to the same port, so that no test leaves it; but one to 11.11.11.11 gets no answer at all.  Both variables are read when the
 * library is loaded, because the program clears its environment.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES 64
#define NAMES 64

static char hosts[65536], log_file[4096];
static struct { char name[256]; int asked; } seen[NAMES];

__attribute__((constructor)) static void load(void)
{
	const char *h = getenv("MCP_TEST_HOSTS"), *l = getenv("MCP_TEST_LOG");

	snprintf(hosts, sizeof hosts, "%s", h ? h : "");
	snprintf(log_file, sizeof log_file, "%s", l ? l : "");
}

static void note(const char *what, const char *name, int port)
{
	int fd = *log_file ? open(log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;

	if (fd < 0)
		return;
	if (port < 0)
		dprintf(fd, "%s %s\n", what, name);
	else
		dprintf(fd, "%s %s %d\n", what, name, port);
	close(fd);
}

/* How often this name was asked for before. */
static int times(const char *name)
{
	int i;

	for (i = 0; i < NAMES - 1 && *seen[i].name; i++)
		if (strcmp(seen[i].name, name) == 0)
			return seen[i].asked++;
	snprintf(seen[i].name, sizeof seen[i].name, "%s", name);
	return seen[i].asked++;
}

/* The answer that is due for a name, copied to `to`; false if the name is not listed. */
static int answer_of(const char *name, char *to, size_t room)
{
	size_t n = strlen(name), len;
	const char *at, *next;
	int turn;

	for (at = hosts; *at; at += strcspn(at, ";"), at += *at == ';') {
		if (strncmp(at, name, n) != 0 || at[n] != '=')
			continue;
		at += n + 1;
		for (turn = times(name); turn > 0; turn--) {
			next = at + strcspn(at, "|;");
			if (*next != '|')
				break;
			at = next + 1;
		}
		len = strcspn(at, "|;");
		snprintf(to, room, "%.*s", (int)len, at);
		return 1;
	}
	return 0;
}

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int numeric(const char *text, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	resolver *next = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo only = { .ai_socktype = SOCK_STREAM };

	if (hints)
		only = *hints;
	only.ai_flags |= AI_NUMERICHOST;
	return next(text, service, &only, list);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	char answer[16384], *word, *rest = answer;
	struct addrinfo **end = list;
	int no;

	if (!name || numeric(name, service, hints, list) == 0)
		return 0;
	note("resolve", name, -1);
	if (!answer_of(name, answer, sizeof answer) || strcmp(answer, "none") == 0)
		return EAI_NONAME;
	while (strcmp(answer, "hang") == 0)
		pause();
	while ((word = strsep(&rest, ","))) {
		if ((no = numeric(word, service, hints, end)) != 0)
			return no;
		while (*end)
			end = &(*end)->ai_next;
	}
	return 0;
}

typedef int connector(int, const struct sockaddr *, socklen_t);

/* The address of a listener whose queue is full, so that whoever connects there waits. */
static struct sockaddr_in nowhere(connector *next)
{
	static struct sockaddr_in at;
	socklen_t n = sizeof at;
	int i, fd;

	if (at.sin_port)
		return at;
	at.sin_family = AF_INET;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 0) != 0 || getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		abort();
	for (i = 0; i < 4; i++)
		next(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), (struct sockaddr *)&at, sizeof at);
	return at;
}

int connect(int fd, const struct sockaddr *at, socklen_t n)
{
	connector *next = (connector *)dlsym(RTLD_NEXT, "connect");
	char text[INET6_ADDRSTRLEN] = "";

	if (at->sa_family == AF_INET) {
		struct sockaddr_in four = *(const struct sockaddr_in *)(const void *)at;

		note("connect", inet_ntop(AF_INET, &four.sin_addr, text, sizeof text), ntohs(four.sin_port));
		if (four.sin_addr.s_addr == htonl(0x0b0b0b0b))
			four = nowhere(next);
		if (ntohl(four.sin_addr.s_addr) >> 24 != 127)
			four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return next(fd, (const struct sockaddr *)&four, sizeof four);
	}
	if (at->sa_family == AF_INET6) {
		struct sockaddr_in6 six = *(const struct sockaddr_in6 *)(const void *)at;

		note("connect", inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text), ntohs(six.sin6_port));
		six.sin6_addr = in6addr_loopback;
		return next(fd, (const struct sockaddr *)&six, sizeof six);
	}
	return next(fd, at, n);
}
