/* SPDX-License-Identifier: ISC */
/*
 * serve_record: FastCGI records (FastCGI specification 1.0, sections 3.3, 5.3 and 5.5) on a connection that must not make its
 * process wait: has a request come in whole, and the bytes on their way to a reader who may be slow.  For serve_streams.c
 * only.
 */
#ifndef SERVE_RECORD_H
#define SERVE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

enum { OUTBOX_MAX = 256 * 1024 };

enum arrival {
	ARRIVAL_WHOLE,			/* reading it does not wait */
	ARRIVAL_NOT_YET,
	ARRIVAL_LONG,			/* more than can be looked at without taking it */
	ARRIVAL_GONE,			/* nobody is there */
};

/* Looks at what has come in on a connection, without taking it. */
enum arrival record_arrival(int fd);

/* What has not gone out yet.  All zero but fd and id: empty. */
struct outbox {
	int fd;
	int id;				/* of the request */
	char *v;
	size_t from, len, cap;
};

/* Adds bytes of the answer, and sends what the socket takes now.  False: nobody is there, or he is too slow. */
bool outbox_put(struct outbox *o, const char *bytes, size_t n) __attribute__((nonnull, warn_unused_result));

/* The answer is complete. */
bool outbox_put_end(struct outbox *o) __attribute__((nonnull, warn_unused_result));

/* Sends what the socket takes now.  False: nobody is there. */
bool outbox_send(struct outbox *o) __attribute__((nonnull, warn_unused_result));

bool outbox_is_empty(const struct outbox *o) __attribute__((nonnull));

/* Gives the memory back. */
void outbox_drop(struct outbox *o) __attribute__((nonnull));

#endif
