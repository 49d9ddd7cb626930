/* SPDX-License-Identifier: ISC */
/* serve_answer: an answer goes out whole, or event by event. */
#include <poll.h>
#include <string.h>
#include <time.h>

#include "serve_front.h"
#include "stream.h"

enum { SPARE_MAX = 16 * 1024 };

static struct buf head_of(const struct response *rs)
{
	struct buf b = buf_new(rs->arena);

	buf_text(&b, "Status: ");
	buf_int(&b, rs->status);
	buf_char(&b, ' ');
	buf_text(&b, http_phrase(rs->status));
	buf_text(&b, "\r\n");
	for (size_t i = 0; i < rs->headers; i++) {
		buf_text(&b, rs->header[i].name);
		buf_text(&b, ": ");
		buf_text(&b, rs->header[i].value);
		buf_text(&b, "\r\n");
	}
	return b;
}

int serve_deliver(struct request *rq, struct response *rs, const struct front *front)
{
	struct buf b = head_of(rs);

	if (rs->status != 204) {
		buf_text(&b, "Content-Length: ");
		buf_int(&b, (int64_t)rs->body.len);
		buf_text(&b, "\r\n");
	}
	buf_text(&b, "\r\n");
	if (rq->method != METHOD_HEAD)
		buf_put(&b, rs->body.v, rs->body.len);
	return front->write(front->with, b.v, b.len);
}

int serve_nothing(const struct front *front, bool passing)
{
	static const char lasts[] = "Status: 500 Internal Server Error\r\nContent-Type: application/json\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 24\r\n\r\n"
	    "{\"error\":\"server_error\"}";
	static const char passes[] = "Status: 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: application/json\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 35\r\n\r\n"
	    "{\"error\":\"temporarily_unavailable\"}";
	char spare[SPARE_MAX];

	while (front->read(front->with, spare, sizeof spare) > 0)
		continue;
	return passing ? front->write(front->with, passes, sizeof passes - 1) : front->write(front->with, lasts, sizeof lasts - 1);
}

/* ---- event by event ---------------------------------------------------------------------------------------------- */

static void lose(struct stream *s)
{
	if (!s->gone && s->front->lose)
		s->front->lose(s->front->with);
	s->gone = true;
}

static bool put(struct stream *s, const struct buf *b)
{
	if (!s->gone && s->front->write(s->front->with, b->v, b->len) != 0)
		lose(s);
	return !s->gone;
}

bool stream_begin(struct stream *s)
{
	struct buf b;

	if (s->begun)
		return !s->gone;
	s->begun = true;
	s->rs->status = 200;
	http_header(s->rs, "Content-Type", "text/event-stream");
	http_header(s->rs, "Cache-Control", "no-cache, no-transform");
	http_header(s->rs, "X-Accel-Buffering", "no");
	b = head_of(s->rs);
	buf_text(&b, "\r\n:\n\n");		/* Apache keeps the head until there is something of a body */
	return put(s, &b);
}

static void put_field(struct buf *b, const char *name, const char *value)
{
	buf_text(b, name);
	buf_text(b, value);
	buf_char(b, '\n');
}

bool stream_event(struct stream *s, const char *json, size_t n)
{
	return stream_event_as(s, NULL, json, n);
}

bool stream_event_as(struct stream *s, const char *id, const char *json, size_t n)
{
	struct buf b = buf_new(s->rs->arena);

	if (!stream_begin(s))
		return false;
	if (id)
		put_field(&b, "id: ", id);
	buf_text(&b, "event: message\ndata: ");
	buf_put(&b, json, n);
	buf_text(&b, "\n\n");
	return put(s, &b);
}

bool stream_prime(struct stream *s, const char *id, int retry)
{
	struct buf b = buf_new(s->rs->arena);

	if (!stream_begin(s))
		return false;
	put_field(&b, "id: ", id);
	buf_printf(&b, "retry: %d\ndata: \n\n", retry);
	return put(s, &b);
}

bool stream_leave(struct stream *s)
{
	if (!s->front->leave || !stream_begin(s))
		return false;
	s->front->leave(s->front->with);
	s->gone = s->left = true;
	return true;
}

int64_t stream_now(void)
{
	return time(NULL);
}

bool stream_go_on(struct stream *s)
{
	static char comment[] = ":\n\n";
	const struct buf b = { .v = comment, .len = sizeof comment - 1 };
	struct pollfd p = { .fd = stream_watch(s), .events = POLLRDHUP };

	if (s->gone)
		return false;
	if ((s->front->is_gone && s->front->is_gone(s->front->with)) || (p.fd >= 0 && poll(&p, 1, 0) > 0))
		lose(s);
	return s->begun ? put(s, &b) : !s->gone;
}

int stream_watch(const struct stream *s)
{
	return s->front->watch ? s->front->watch(s->front->with) : -1;
}

bool stream_is_shared(const struct stream *s)
{
	return s->front->keep != NULL;
}

void stream_life(struct stream *s, int seconds)
{
	if (s->front->take_time)
		s->front->take_time(s->front->with, seconds);
}
