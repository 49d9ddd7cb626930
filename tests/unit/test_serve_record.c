/* SPDX-License-Identifier: ISC */
/* serve_record: when a request is whole, and what a reader who is slow gets, and when he is given up. */
#include "unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve_record.h"

struct pair {
	int ours, peer;
};

static int open_pair(void **state)
{
	static struct pair p;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	p = (struct pair){ .ours = fd[0], .peer = fd[1] };
	*state = &p;
	return 0;
}

static int close_pair(void **state)
{
	struct pair *p = *state;

	close(p->ours);
	close(p->peer);
	return 0;
}

static void say(const struct pair *p, const void *bytes, size_t n)
{
	assert_int_equal(write(p->peer, bytes, n), (ssize_t)n);
}

static void a_request_is_whole_with_its_last_record(void **state)
{
	static const unsigned char begin[16] = { 1, 1, 0, 1, 0, 8, 0, 0, 0, 1 };
	static const unsigned char params[13] = { 1, 4, 0, 1, 0, 2, 3, 0, 'a', 'b' };
	static const unsigned char no_params[8] = { 1, 4, 0, 1 };
	static const unsigned char body[18] = { 1, 5, 0, 1, 0, 10, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0, 0, 0 };
	static const unsigned char end[8] = { 1, 5, 0, 1 };
	const struct pair *p = *state;

	assert_int_equal(record_arrival(p->ours), ARRIVAL_NOT_YET);
	say(p, begin, 7);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_NOT_YET);
	say(p, begin + 7, 9);
	say(p, params, sizeof params);
	say(p, no_params, sizeof no_params);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_NOT_YET);
	say(p, body, sizeof body);		/* its content looks like the last record */
	assert_int_equal(record_arrival(p->ours), ARRIVAL_NOT_YET);
	say(p, end, 7);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_NOT_YET);
	say(p, end + 7, 1);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_WHOLE);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_WHOLE);
}

static void who_has_gone_is_gone(void **state)
{
	struct pair *p = *state;

	shutdown(p->peer, SHUT_WR);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_GONE);
}

static void a_long_request_is_told(void **state)
{
	static unsigned char record[8 + 20000] = { 1, 5, 0, 1, 20000 >> 8, 20000 & 255 };
	const struct pair *p = *state;
	int room = 1 << 20;

	setsockopt(p->peer, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	say(p, record, sizeof record);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_NOT_YET);
	say(p, record, sizeof record);
	assert_int_equal(record_arrival(p->ours), ARRIVAL_LONG);
}

static void an_answer_goes_out_in_records(void **state)
{
	static const unsigned char want[] = {
		1, 6, 1, 2, 0, 3, 0, 0, 'a', 'b', 'c', 1, 6, 1, 2, 0, 0, 0, 0, 1, 3, 1, 2, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	const struct pair *p = *state;
	struct outbox o = { .fd = p->ours, .id = 0x102 };
	unsigned char got[64];

	assert_true(outbox_put(&o, "abc", 3));
	assert_true(outbox_put_end(&o));
	assert_true(outbox_is_empty(&o));
	assert_int_equal(read(p->peer, got, sizeof got), sizeof want);
	assert_memory_equal(got, want, sizeof want);
}

/* Puts lines until the socket takes no more, and some. */
static size_t fill(struct outbox *o, size_t most)
{
	char line[1000];
	size_t n = 0;

	memset(line, 'x', sizeof line);
	while (n < most && outbox_put(o, line, sizeof line))
		n++;
	return n;
}

static void a_slow_reader_gets_all_of_it_later(void **state)
{
	const struct pair *p = *state;
	struct outbox o = { .fd = p->ours, .id = 1 };
	static char got[1 << 20];
	size_t put = 0, all = 0;
	ssize_t n;

	while (outbox_is_empty(&o))
		put += fill(&o, 1);
	put += fill(&o, 100);
	assert_false(outbox_is_empty(&o));
	fcntl(p->peer, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 1000; i++) {
		assert_true(outbox_send(&o));
		while ((n = read(p->peer, got, sizeof got)) > 0)
			all += (size_t)n;
	}
	assert_true(outbox_is_empty(&o));
	assert_int_equal(all, put * 1008);
}

static void one_who_reads_nothing_is_given_up(void **state)
{
	const struct pair *p = *state;
	struct outbox o = { .fd = p->ours, .id = 1 };

	assert_in_range(fill(&o, 100000), OUTBOX_MAX / 1008, 4 * OUTBOX_MAX / 1008 + 1000);
	assert_true(o.len - o.from <= OUTBOX_MAX);
	outbox_drop(&o);
}

static void nobody_is_there(void **state)
{
	struct pair *p = *state;
	struct outbox o = { .fd = p->ours, .id = 1 };

	shutdown(p->peer, SHUT_RDWR);
	assert_false(outbox_put(&o, "abc", 3));
	outbox_drop(&o);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_whole_with_its_last_record), TEST(who_has_gone_is_gone), TEST(a_long_request_is_told),
		TEST(an_answer_goes_out_in_records), TEST(a_slow_reader_gets_all_of_it_later),
		TEST(one_who_reads_nothing_is_given_up), TEST(nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
