/* The shipper before a coordinator that answers what it is told to: what is sent, when, and what an answer
 * means. */
#include "reporter/logs/shipper.h"

#include "common/mem.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 8 * 1024 * 1024, LOOK_MS = 5, QUIET_MS = 50, DEADLINE_MS = 60 * 1000, REQUESTS_MAX = 8 };

struct ship_bench {
	struct folder folder;
	char coordinator[64], token_file[128];
	struct config_reporter config;
	struct loop *loop;
	struct uplink *uplink;
	struct spool *spool;
	struct shipper *shipper;
	int rooms; /* how often the shipper said that the spool has more room */

	/* The coordinator: one connection at a time, closed after each answer. */
	int listener, connection;
	struct watch *on_listener, *on_connection;
	struct buf request;
	const int *statuses; /* its answers in their order */
	int requests;
	struct buf bodies[REQUESTS_MAX];

	struct timer *look;
	int wanted; /* requests to wait for; 0: for quiet */
	int64_t waited_ms;
};

/* --- the coordinator ---------------------------------------------------------------------------- */

static void answer(struct ship_bench *bench)
{
	char text[128];
	int len = snprintf(text, sizeof(text),
			   "HTTP/1.1 %d X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
			   bench->statuses[bench->requests++]);

	assert_int_equal(send(bench->connection, text, (size_t)len, MSG_NOSIGNAL), len);
	watch_free(bench->on_connection);
	bench->on_connection = NULL;
	close(bench->connection);
	buf_clear(&bench->request);
}

static void on_request(void *user, uint32_t events)
{
	struct ship_bench *bench = user;
	const char *body, *length;
	char data[4096];
	ssize_t got = recv(bench->connection, data, sizeof(data), 0);

	(void)events;
	assert_true(got > 0);
	buf_append(&bench->request, data, (size_t)got);
	body = strstr(bench->request.data, "\r\n\r\n");
	length = strstr(bench->request.data, "Content-Length: ");
	if (!body || !length)
		return;
	body += 4;
	if ((size_t)(bench->request.data + bench->request.len - body) < strtoul(length + 16, NULL, 10))
		return;
	assert_true(bench->requests < REQUESTS_MAX);
	buf_append(&bench->bodies[bench->requests], body,
		   (size_t)(bench->request.data + bench->request.len - body));
	answer(bench);
}

static void on_connect(void *user, uint32_t events)
{
	struct ship_bench *bench = user;

	(void)events;
	assert_null(bench->on_connection);
	bench->connection = accept4(bench->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(bench->connection >= 0);
	bench->on_connection = loop_watch(bench->loop, bench->connection, EPOLLIN, on_request, bench);
}

static void open_coordinator(struct ship_bench *bench)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(address);

	bench->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(bench->listener >= 0);
	assert_int_equal(bind(bench->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(bench->listener, 8), 0);
	assert_int_equal(getsockname(bench->listener, (struct sockaddr *)&address, &len), 0);
	snprintf(bench->coordinator, sizeof(bench->coordinator), "http://127.0.0.1:%d",
		 ntohs(address.sin_port));
	bench->on_listener = loop_watch(bench->loop, bench->listener, EPOLLIN, on_connect, bench);
}

/* --- the bench ---------------------------------------------------------------------------------- */

static void on_room(void *user)
{
	struct ship_bench *bench = user;

	bench->rooms++;
}

static void on_look(void *user)
{
	struct ship_bench *bench = user;
	bool done = bench->wanted ? bench->requests >= bench->wanted && !spool_level(bench->spool).waiting
				  : bench->waited_ms >= QUIET_MS;

	if (done || bench->waited_ms > DEADLINE_MS) {
		loop_stop(bench->loop);
		return;
	}
	bench->waited_ms += LOOK_MS;
	timer_start(bench->look, LOOK_MS);
}

/* Runs the loop until so many requests came and nothing waits in the spool, or (0) for a moment. */
static void run(struct ship_bench *bench, int requests)
{
	bench->wanted = requests;
	bench->waited_ms = 0;
	timer_start(bench->look, LOOK_MS);
	loop_run(bench->loop);
	assert_true(bench->waited_ms <= DEADLINE_MS);
}

static int set_up(void **state)
{
	struct ship_bench *bench = mem_alloc(1, sizeof(*bench));
	struct shipper_config config = {.node_id = "worker-001", .on_room = on_room, .user = bench};
	struct reason why;

	folder_make(&bench->folder);
	bench->loop = loop_new();
	open_coordinator(bench);
	snprintf(bench->token_file, sizeof(bench->token_file), "%s",
		 folder_write(&bench->folder, "token", "a.b.c\n"));
	bench->config =
		(struct config_reporter){.coordinator = bench->coordinator, .token_file = bench->token_file};
	assert_int_equal(uplink_new(bench->loop, &bench->config, &bench->uplink, &why), ERR_NONE);
	assert_int_equal(spool_open(folder_path(&bench->folder, "spool"), LIMIT, &bench->spool, &why),
			 ERR_NONE);
	config.uplink = bench->uplink;
	config.spool = bench->spool;
	bench->shipper = shipper_new(bench->loop, &config);
	bench->look = loop_timer(bench->loop, on_look, bench);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct ship_bench *bench = *state;

	shipper_free(bench->shipper);
	spool_close(bench->spool);
	uplink_free(bench->uplink);
	watch_free(bench->on_listener);
	watch_free(bench->on_connection);
	timer_free(bench->look);
	close(bench->listener);
	loop_free(bench->loop);
	buf_free(&bench->request);
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		buf_free(&bench->bodies[i]);
	folder_remove(&bench->folder);
	free(bench);
	return 0;
}

static void add(struct ship_bench *bench, int count)
{
	struct buf entry = {0};

	for (int i = 0; i < count; i++) {
		buf_clear(&entry);
		buf_printf(&entry, "{\"n\":%d}", i);
		spool_add(bench->spool, NULL, NULL, &entry);
	}
	buf_free(&entry);
	assert_int_equal(spool_commit(bench->spool), ERR_NONE);
}

/* --- the tests ---------------------------------------------------------------------------------- */

static void nothing_is_sent_before_it_may(void **state)
{
	static const int STATUSES[] = {200};
	struct ship_bench *bench = *state;

	bench->statuses = STATUSES;
	add(bench, 3);
	shipper_send(bench->shipper);
	run(bench, 0);
	assert_int_equal(bench->requests, 0);
	shipper_allow(bench->shipper, true);
	run(bench, 1);
	assert_int_equal(shipper_sent(bench->shipper), 3);
	assert_non_null(strstr(buf_string(&bench->bodies[0]), "\"logs\":[{\"n\":0},{\"n\":1},{\"n\":2}]"));
}

static void one_batch_is_on_its_way_at_a_time(void **state)
{
	static const int STATUSES[] = {200, 200};
	struct ship_bench *bench = *state;

	bench->statuses = STATUSES;
	add(bench, 3);
	shipper_allow(bench->shipper, true);
	add(bench, 2);
	shipper_send(bench->shipper);
	run(bench, 2);
	run(bench, 0);
	assert_int_equal(bench->requests, 2);
	assert_int_equal(bench->rooms, 2);
	assert_int_equal(shipper_sent(bench->shipper), 5);
}

static void a_batch_is_sent_again_as_it_was_until_it_is_taken(void **state)
{
	static const int STATUSES[] = {503, 409, 200, 200};
	struct ship_bench *bench = *state;

	bench->statuses = STATUSES;
	add(bench, 3);
	shipper_allow(bench->shipper, true);
	add(bench, 1);
	for (int tries = 1; bench->requests < 3; tries++) {
		run(bench, 0);
		shipper_send(bench->shipper); /* must not shorten the wait, nor send the next batch */
		assert_true(tries * QUIET_MS < DEADLINE_MS);
	}
	assert_string_equal(buf_string(&bench->bodies[0]), buf_string(&bench->bodies[1]));
	assert_string_equal(buf_string(&bench->bodies[0]), buf_string(&bench->bodies[2]));
	assert_int_equal(spool_level(bench->spool).dropped, 0);
}

static void a_batch_that_would_never_be_taken_is_dropped(void **state)
{
	static const int STATUSES[] = {422, 200};
	struct ship_bench *bench = *state;

	bench->statuses = STATUSES;
	add(bench, 3);
	shipper_allow(bench->shipper, true);
	add(bench, 2);
	run(bench, 2);
	assert_int_equal(spool_level(bench->spool).dropped, 3);
	assert_int_equal(shipper_sent(bench->shipper), 2);
}

#define SHIP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIP_TEST(nothing_is_sent_before_it_may),
		SHIP_TEST(one_batch_is_on_its_way_at_a_time),
		SHIP_TEST(a_batch_is_sent_again_as_it_was_until_it_is_taken),
		SHIP_TEST(a_batch_that_would_never_be_taken_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
