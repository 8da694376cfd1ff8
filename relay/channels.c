/* Channel payloads to calls. A row of the table is a channel. */
#include "relay/channels.h"

#include "common/keys.h"
#include "common/log.h"
#include "common/number.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The next line, without its newline; *at is NULL after the last one. */
static struct span next_line(const char **at, const char *end)
{
	const char *start = *at, *newline = memchr(start, '\n', (size_t)(end - start));

	*at = newline ? newline + 1 : NULL;
	return (struct span){start, (size_t)((newline ? newline : end) - start)};
}

/* Copies a line into out[size]; false if it does not fit. */
static bool copy_line(struct span line, char *out, size_t size)
{
	if (line.len >= size)
		return false;
	memcpy(out, line.data, line.len);
	out[line.len] = '\0';
	return true;
}

static bool read_node(struct span line, char out[ID_NODE_SIZE])
{
	return copy_line(line, out, ID_NODE_SIZE) && id_is_node(out);
}

/* SAMPLE worker-001 ⏎ {"status":"online",…} ⏎ {"timestamp":…} or nothing ⏎ {"timestamp":…} [⏎ [certificate,…]] */
static bool take_metrics(const struct follower *follower, const char *at, const char *end)
{
	struct report report = {0};
	char node[ID_NODE_SIZE];

	if (!read_node(next_line(&at, end), node) || !at)
		return false;
	report.state = next_line(&at, end);
	if (!at)
		return false;
	report.point = next_line(&at, end);
	if (!at)
		return false;
	report.summary = next_line(&at, end);
	if (at)
		report.certificates = next_line(&at, end);
	if (!report.point.len)
		report.point = (struct span){0};
	if (!report.certificates.len)
		report.certificates = (struct span){0};
	node_feed_report(follower->feed, node, &report);
	return true;
}

/* SAMPLE worker-001 ⏎ {…,"seq":41} ⏎ {…,"seq":42}; the node alone: its log was cleared; * alone: all logs were */
static bool take_logs(const struct follower *follower, const char *at, const char *end)
{
	struct span first = next_line(&at, end);
	char node[ID_NODE_SIZE];
	bool everyone = first.len == 1 && *first.data == '*';

	if (!everyone && !read_node(first, node))
		return false;
	if (!at)
		log_feed_clear(follower->lines, everyone ? NULL : node);
	while (at && !everyone) {
		struct span entry = next_line(&at, end);

		log_feed_add(follower->lines, node, entry.data, entry.len);
	}
	log_feed_tell(follower->lines);
	return true;
}

/* SAMPLE worker-001, or history worker-001, or history * */
static bool take_removed(const struct follower *follower, const char *at, const char *end)
{
	static const char HISTORY[] = "history ";
	struct span line = next_line(&at, end);
	bool history = line.len > sizeof(HISTORY) - 1 && memcmp(line.data, HISTORY, sizeof(HISTORY) - 1) == 0;
	char node[ID_NODE_SIZE];

	if (history)
		line = (struct span){line.data + sizeof(HISTORY) - 1, line.len - (sizeof(HISTORY) - 1)};
	if (history && line.len == 1 && *line.data == '*') {
		node_feed_clear_history(follower->feed, NULL);
		return true;
	}
	if (!read_node(line, node))
		return false;
	if (history)
		node_feed_clear_history(follower->feed, node);
	else
		node_feed_remove(follower->feed, node);
	return true;
}

/* SAMPLE token 0123456789abcdef0123456789abcdef, or worker and an id, or user alice 4 */
static bool take_revoked(const struct follower *follower, const char *at, const char *end)
{
	char line[128], word[8], name[ID_NODE_SIZE], number[24] = "";
	int64_t generation;
	int words;

	if (!copy_line(next_line(&at, end), line, sizeof(line)))
		return false;
	words = sscanf(line, "%7s %64s %23s", word, name, number);
	if (words == 2 && strcmp(word, "token") == 0) {
		access_revoke(follower->access, name);
		return true;
	}
	if (words == 2 && strcmp(word, "worker") == 0) {
		access_add_token(follower->access, name);
		return true;
	}
	if (words != 3 || strcmp(word, "user") != 0 ||
	    number_parse(number, 0, INT64_MAX, &generation) != ERR_NONE)
		return false;
	access_set_user(follower->access, name, generation);
	return true;
}

static const struct {
	const char *channel;
	bool (*take)(const struct follower *follower, const char *at, const char *end);
} CHANNELS[] = {
	{CHANNEL_METRICS, take_metrics},
	{CHANNEL_LOGS, take_logs},
	{CHANNEL_REMOVED, take_removed},
	{CHANNEL_REVOKED, take_revoked},
};

void channels_message(const struct follower *follower, const char *channel, const char *payload, size_t len)
{
	for (size_t i = 0; i < sizeof(CHANNELS) / sizeof(*CHANNELS); i++)
		if (strcmp(CHANNELS[i].channel, channel) == 0 &&
		    !CHANNELS[i].take(follower, payload, payload + len))
			log_error("follow",
				  "cannot read a message of Redis; does an API of another version write it? "
				  "channel=%s len=%zu",
				  channel, len);
}
