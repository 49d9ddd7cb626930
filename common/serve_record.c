/* SPDX-License-Identifier: ISC */
/* serve_record: eight bytes before each piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "serve_record.h"

/* A socket takes 200 KiB at most, and a quarter of that from a peer that writes in pieces of odd sizes, as Apache does. */
enum { HEAD = 8, PIECE_MAX = 65528, PEEK_MAX = 32 * 1024 };
enum { VERSION = 1, END_REQUEST = 3, STDIN_STREAM = 5, STDOUT_STREAM = 6 };

/* The last record of a request is an empty one of its body (section 3.3, "stream record types"). */
static bool has_end(const unsigned char *v, size_t n)
{
	size_t at = 0;

	while (at + HEAD <= n) {
		size_t content = (size_t)v[at + 4] << 8 | v[at + 5];

		if (v[at + 1] == STDIN_STREAM && content == 0)
			return true;
		at += HEAD + content + v[at + 6];
	}
	return false;
}

enum arrival record_arrival(int fd)
{
	static unsigned char seen[PEEK_MAX];
	ssize_t n = recv(fd, seen, sizeof seen, MSG_PEEK | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ARRIVAL_NOT_YET : ARRIVAL_GONE;
	if (n == 0)
		return ARRIVAL_GONE;
	if (has_end(seen, (size_t)n))
		return ARRIVAL_WHOLE;
	return (size_t)n == sizeof seen ? ARRIVAL_LONG : ARRIVAL_NOT_YET;
}

/* ---- the way out --------------------------------------------------------------------------------------------------- */

static bool add(struct outbox *o, const void *bytes, size_t n)
{
	size_t cap;
	char *v;

	if (o->len - o->from + n > OUTBOX_MAX)
		return false;
	if (o->len + n > o->cap) {
		cap = o->len - o->from + n > 2048 ? 2 * (o->len - o->from + n) : 4096;
		if (!(v = malloc(cap)))
			return false;
		if (o->len > o->from)
			memcpy(v, o->v + o->from, o->len - o->from);
		free(o->v);
		o->v = v;
		o->len -= o->from;
		o->from = 0;
		o->cap = cap;
	}
	memcpy(o->v + o->len, bytes, n);
	o->len += n;
	return true;
}

static bool add_head(struct outbox *o, int type, size_t n)
{
	const unsigned char head[HEAD] = {
		VERSION, (unsigned char)type, (unsigned char)(o->id >> 8), (unsigned char)o->id,
		(unsigned char)(n >> 8), (unsigned char)n, 0, 0,
	};

	return add(o, head, sizeof head);
}

bool outbox_put(struct outbox *o, const char *bytes, size_t n)
{
	size_t piece;

	for (; n > 0; bytes += piece, n -= piece) {
		piece = n > PIECE_MAX ? PIECE_MAX : n;
		if (!add_head(o, STDOUT_STREAM, piece) || !add(o, bytes, piece))
			return false;
	}
	return outbox_send(o);
}

bool outbox_put_end(struct outbox *o)
{
	static const unsigned char complete[HEAD];	/* appStatus 0, protocolStatus 0: the request is complete */

	return add_head(o, STDOUT_STREAM, 0) && add_head(o, END_REQUEST, sizeof complete) &&
	    add(o, complete, sizeof complete) && outbox_send(o);
}

bool outbox_send(struct outbox *o)
{
	ssize_t sent;

	while (o->from < o->len) {
		sent = send(o->fd, o->v + o->from, o->len - o->from, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN;
		o->from += (size_t)sent;
	}
	outbox_drop(o);
	return true;
}

bool outbox_is_empty(const struct outbox *o)
{
	return o->from == o->len;
}

void outbox_drop(struct outbox *o)
{
	free(o->v);
	o->v = NULL;
	o->from = o->len = o->cap = 0;
}
