/* The log socket: what programs send, and what is done about a socket that is stale, taken or removed. */
#include "common/clock.h"
#include "common/limits.h"
#include "common/mem.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct socket_bench {
	char folder[64], path[96];
	char *paths[1];
	struct config_log config;
	struct loop *loop;
	struct sink sink;
	struct source_reader *reader;
};

static void start(struct socket_bench *bench)
{
	bench->reader = source_socket.open(bench->loop, &bench->config, &bench->sink.source);
}

static int set_up(void **state)
{
	struct socket_bench *bench = mem_alloc(1, sizeof(*bench));
	static char name[] = "apps";

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/p2pdash-socket-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->path, sizeof(bench->path), "%s/log.sock", bench->folder);
	bench->paths[0] = bench->path;
	bench->config = (struct config_log){.name = name,
					    .logger = name,
					    .paths = {.items = bench->paths, .count = 1},
					    .format = LOG_FORMAT_AUTO};
	bench->loop = loop_new();
	sink_init(&bench->sink);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct socket_bench *bench = *state;

	source_socket.close(bench->reader);
	sink_free(&bench->sink);
	loop_free(bench->loop);
	assert_int_not_equal(access(bench->path, F_OK), 0);
	assert_int_equal(rmdir(bench->folder), 0);
	free(bench);
	return 0;
}

static struct sockaddr_un address_of(const struct socket_bench *bench)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", bench->path);
	return address;
}

static void send_bytes(const struct socket_bench *bench, const char *data, size_t len)
{
	struct sockaddr_un address = address_of(bench);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 1024 * 1024;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	assert_int_equal(sendto(fd, data, len, 0, (const struct sockaddr *)&address, sizeof(address)), len);
	close(fd);
}

static const struct sink_entry *arrival_of(struct socket_bench *bench, const char *data)
{
	size_t count = bench->sink.count;

	send_bytes(bench, data, strlen(data));
	sink_wait(&bench->sink, bench->loop, count + 1);
	return &bench->sink.entries[count];
}

static void a_json_entry_keeps_all_its_fields(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;

	start(bench);
	entry = arrival_of(bench, "{\"timestamp\":\"2025-11-17T10:30:00.123\",\"level\":\"ERROR\","
				  "\"logger_name\":\"Service.x\",\"message\":\"no\\nfile\",\"module\":\"x\","
				  "\"funcName\":\"f\",\"lineno\":42,\"extra\":1}");
	assert_int_equal(entry->timestamp_ms, 1763375400123);
	assert_int_equal(entry->level, LEVEL_ERROR);
	assert_string_equal(entry->logger_name, "Service.x");
	assert_string_equal(entry->message, "no\nfile");
	assert_string_equal(entry->module, "x");
	assert_string_equal(entry->function, "f");
	assert_int_equal(entry->line, 42);
}

/* Python's json writes a file name so that is no UTF-8. */
static void half_a_surrogate_pair_costs_an_entry_only_itself(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;

	start(bench);
	entry = arrival_of(bench, "{\"level\":\"ERROR\",\"logger_name\":\"Service.x\","
				  "\"message\":\"no \\udcff.txt\"}");
	assert_int_equal(entry->level, LEVEL_ERROR);
	assert_string_equal(entry->logger_name, "Service.x");
	assert_string_equal(entry->message, "no \xef\xbf\xbd.txt");
}

static void syslog_gives_level_and_logger(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;

	start(bench);
	entry = arrival_of(bench, "<11>Nov 17 10:30:00 backup[7]: no space");
	assert_int_equal(entry->level, LEVEL_ERROR);
	assert_string_equal(entry->logger_name, "backup");
	assert_string_equal(entry->message, "no space");
	entry = arrival_of(bench, "<15>no tag");
	assert_int_equal(entry->level, LEVEL_DEBUG);
	assert_string_equal(entry->logger_name, "apps");
}

static void a_syslog_message_may_be_json_without_a_tag(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;

	start(bench);
	entry = arrival_of(bench, "<11>{\"time\": \"2020-11-17T10:30:00Z\", \"path\": \"x\"}");
	assert_string_equal(entry->message, "{\"time\": \"2020-11-17T10:30:00Z\", \"path\": \"x\"}");
	assert_int_equal(entry->level, LEVEL_ERROR);
	assert_string_equal(entry->logger_name, "apps");
	entry = arrival_of(bench, "<14>shop[7]: {\"level\":\"error\",\"msg\":\"no: file\",\"n\":1}");
	assert_string_equal(entry->message, "no: file");
	assert_int_equal(entry->level, LEVEL_ERROR);
	assert_string_equal(entry->logger_name, "shop");
	assert_string_equal(entry->fields, "{\"n\":1}");
	entry = arrival_of(bench, "<14>warning: low disk");
	assert_string_equal(entry->message, "warning: low disk");
	assert_int_equal(entry->level, LEVEL_WARNING);
}

static void several_syslog_messages_in_a_datagram_are_several_entries(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entries;

	start(bench);
	arrival_of(bench, "<11>a: one\n<12>b: two\n  still two <3>\n<14>c: three\n");
	sink_wait(&bench->sink, bench->loop, 3);
	entries = bench->sink.entries;
	assert_string_equal(entries[0].message, "one");
	assert_int_equal(entries[0].level, LEVEL_ERROR);
	assert_string_equal(entries[1].logger_name, "b");
	assert_string_equal(entries[1].message, "two\n  still two <3>");
	assert_int_equal(entries[1].level, LEVEL_WARNING);
	assert_string_equal(entries[2].message, "three");
	assert_int_equal(bench->sink.count, 3);
}

static void structured_data_goes_into_the_fields(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;

	start(bench);
	entry = arrival_of(bench, "<165>1 2020-10-11T22:14:15.003Z host app - ID47 [a@1 iut=\"3\" "
				  "src=\"a \\\"b\\] c\"][b@2 class=\"high\"] no file");
	assert_string_equal(entry->message, "no file");
	assert_string_equal(entry->fields, "{\"msgid\":\"ID47\",\"a@1.iut\":\"3\",\"a@1.src\":\"a \\\"b] "
					   "c\",\"b@2.class\":\"high\"}");
	assert_int_equal(entry->timestamp_ms, 1602454455003);
	/* Nothing but structured data is no empty line. */
	entry = arrival_of(bench, "<165>1 - host app - - [a@1 iut=\"3\"]");
	assert_string_equal(entry->message, "[a@1 iut=\"3\"]");
	assert_string_equal(entry->fields, "{\"a@1.iut\":\"3\"}");
	entry = arrival_of(bench, "<165>1 - host app - - [a@1 n=\"1\"] {\"msg\":\"x\",\"m\":2}");
	assert_string_equal(entry->message, "x");
	assert_string_equal(entry->fields, "{\"m\":2,\"a@1.n\":\"1\"}");
}

static void a_time_that_cannot_be_right_is_now(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;
	int64_t before = clock_now_ms();

	start(bench);
	entry = arrival_of(bench, "<14>1 2003-10-11T22:14:15.003Z host app - - - x");
	assert_in_range(entry->timestamp_ms, before, clock_now_ms());
	assert_string_equal(entry->fields, "{\"time\":\"2003-10-11T22:14:15.003Z\"}");
}

static void utf_16_with_its_mark_is_read(void **state)
{
	static const char DATA[] = "\xff\xfe<\0001\0001\0>\0a\0:\0 \0\x16\x04\n\0";
	struct socket_bench *bench = *state;

	start(bench);
	send_bytes(bench, DATA, sizeof(DATA) - 1);
	sink_wait(&bench->sink, bench->loop, 1);
	assert_string_equal(bench->sink.entries[0].message, "\xd0\x96");
	assert_string_equal(bench->sink.entries[0].logger_name, "a");
	assert_int_equal(bench->sink.entries[0].level, LEVEL_ERROR);
}

static void anything_else_is_a_line(void **state)
{
	struct socket_bench *bench = *state;
	const struct sink_entry *entry;
	int64_t before = clock_now_ms();

	start(bench);
	entry = arrival_of(bench, "just text\n");
	assert_string_equal(entry->message, "just text");
	assert_string_equal(entry->logger_name, "apps");
	assert_int_equal(entry->level, LEVEL_INFO);
	assert_true(entry->timestamp_ms >= before);
	entry = arrival_of(bench, "{\"level\":50,\"msg\":\"from pino\",\"time\":1763375400123}");
	assert_string_equal(entry->message, "from pino");
	assert_int_equal(entry->level, LEVEL_ERROR);
	entry = arrival_of(bench, "{\"level\":\"ERROR\",\"message\":7}");
	assert_string_equal(entry->message, "{\"level\":\"ERROR\",\"message\":7}");
	entry = arrival_of(bench, "{\"level\":\"ERROR\",\"message\":\"cut sho");
	assert_string_equal(entry->message, "{\"level\":\"ERROR\",\"message\":\"cut sho");
}

static void an_empty_datagram_is_nothing(void **state)
{
	struct socket_bench *bench = *state;

	start(bench);
	send_bytes(bench, "", 0);
	send_bytes(bench, "\n", 1);
	send_bytes(bench, "\0\0", 2);
	arrival_of(bench, "text");
	assert_int_equal(bench->sink.count, 1);
}

static void a_large_datagram_is_cut(void **state)
{
	const size_t len = 300 * 1024;
	struct socket_bench *bench = *state;
	char *data = mem_alloc(len, 1);

	start(bench);
	memset(data, 'x', len);
	memcpy(data, "<11>app: ", 9);
	send_bytes(bench, data, len);
	free(data);
	sink_wait(&bench->sink, bench->loop, 1);
	assert_int_equal(bench->sink.entries[0].message_len, LIMIT_MESSAGE);
	assert_string_equal(bench->sink.entries[0].message + LIMIT_MESSAGE - 5, "[cut]");
	assert_int_equal(bench->sink.entries[0].level, LEVEL_ERROR);
}

static void what_was_sent_is_taken_before_the_socket_is_closed(void **state)
{
	struct socket_bench *bench = *state;

	start(bench);
	send_bytes(bench, "first", 5);
	send_bytes(bench, "", 0);
	send_bytes(bench, "last", 4);
	source_socket.close(bench->reader);
	bench->reader = NULL;
	assert_int_equal(bench->sink.count, 2);
	assert_string_equal(bench->sink.entries[0].message, "first");
	assert_string_equal(bench->sink.entries[1].message, "last");
}

static void any_program_may_write_to_it(void **state)
{
	struct socket_bench *bench = *state;
	struct stat file;

	start(bench);
	assert_int_equal(stat(bench->path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0666);
}

static void a_stale_socket_is_replaced(void **state)
{
	struct socket_bench *bench = *state;
	struct sockaddr_un address = address_of(bench);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	start(bench);
	arrival_of(bench, "text");
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	struct socket_bench *bench = *state;
	FILE *file = fopen(bench->path, "w");
	struct stat status;

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	start(bench);
	assert_int_equal(lstat(bench->path, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(unlink(bench->path), 0);
}

static void a_socket_in_use_is_left_alone(void **state)
{
	struct socket_bench *bench = *state;
	struct sockaddr_un address = address_of(bench);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte;

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	start(bench);
	send_bytes(bench, "x", 1);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 1);
	close(fd);
	assert_int_equal(unlink(bench->path), 0);
}

static void a_removed_socket_is_made_again_by_the_sweep(void **state)
{
	struct socket_bench *bench = *state;

	start(bench);
	source_socket.sweep(bench->reader);
	arrival_of(bench, "one");
	assert_int_equal(unlink(bench->path), 0);
	source_socket.sweep(bench->reader);
	arrival_of(bench, "two");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_json_entry_keeps_all_its_fields),
		TEST(half_a_surrogate_pair_costs_an_entry_only_itself),
		TEST(syslog_gives_level_and_logger),
		TEST(a_syslog_message_may_be_json_without_a_tag),
		TEST(several_syslog_messages_in_a_datagram_are_several_entries),
		TEST(structured_data_goes_into_the_fields),
		TEST(a_time_that_cannot_be_right_is_now),
		TEST(utf_16_with_its_mark_is_read),
		TEST(anything_else_is_a_line),
		TEST(an_empty_datagram_is_nothing),
		TEST(a_large_datagram_is_cut),
		TEST(what_was_sent_is_taken_before_the_socket_is_closed),
		TEST(any_program_may_write_to_it),
		TEST(a_stale_socket_is_replaced),
		TEST(a_file_that_is_no_socket_is_left_alone),
		TEST(a_socket_in_use_is_left_alone),
		TEST(a_removed_socket_is_made_again_by_the_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
