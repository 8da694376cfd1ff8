/*
 * Turns the payloads of channels into calls. A row of the table is a channel. A payload is a few lines, of
 * which the first names the node; JSON never holds a raw newline, so lines are found without looking into it.
 * Nothing is copied here but the node's name.
 */
#include "feed/channels.h"

#include "common/keys.h"
#include "common/log.h"
#include "common/number.h"

#include <string.h>

/* The next line, without its newline; *at is NULL after the last one. */
static struct span next_line(const char **at, const char *end)
{
	const char *start = *at, *newline = memchr(start, '\n', (size_t)(end - start));

	*at = newline ? newline + 1 : NULL;
	return (struct span){start, (size_t)((newline ? newline : end) - start)};
}

static bool read_node(struct span line, char out[ID_NODE_SIZE])
{
	if (line.len >= ID_NODE_SIZE)
		return false;
	memcpy(out, line.data, line.len);
	out[line.len] = '\0';
	return id_is_node(out);
}

/* SAMPLE worker-001 ⏎ {"status":"online",…} ⏎ {"timestamp":…} or nothing ⏎ {"timestamp":…} [⏎ [certificate,…]] */
static bool take_metrics(struct known *known, const char *at, const char *end)
{
	struct span lines[5] = {{0}};
	struct node_report report;
	char node[ID_NODE_SIZE];
	size_t count = 0;

	while (at && count < sizeof(lines) / sizeof(*lines))
		lines[count++] = next_line(&at, end);
	if (count < 4 || !read_node(lines[0], node))
		return false;
	report = (struct node_report){.state = lines[1], .summary = lines[3]};
	if (lines[2].len)
		report.point = lines[2];
	if (lines[4].len)
		report.certificates = lines[4];
	known_report(known, node, &report);
	return true;
}

/* SAMPLE worker-001 ⏎ {…,"seq":41} ⏎ {…,"seq":42}; the node alone: its log was cleared; * alone: all logs were */
static bool take_logs(struct known *known, const char *at, const char *end)
{
	struct span first = next_line(&at, end);
	char node[ID_NODE_SIZE];

	if (span_is(first, "*")) {
		known_clear_log(known, NULL);
		return true;
	}
	if (!read_node(first, node))
		return false;
	if (!at)
		known_clear_log(known, node);
	while (at) {
		struct span entry = next_line(&at, end);

		log_tail_add(&known->log, node, entry.data, entry.len);
	}
	known_tell_lines(known);
	return true;
}

/* SAMPLE worker-001: it was removed; history worker-001, or history *: a history was cleared */
static bool take_removed(struct known *known, const char *at, const char *end)
{
	static const char HISTORY[] = "history ";
	const size_t mark = sizeof(HISTORY) - 1;
	struct span line = next_line(&at, end);
	char node[ID_NODE_SIZE];

	if (line.len <= mark || memcmp(line.data, HISTORY, mark) != 0) {
		if (!read_node(line, node))
			return false;
		known_remove(known, node);
		return true;
	}
	line = (struct span){line.data + mark, line.len - mark};
	if (span_is(line, "*")) {
		known_clear_history(known, NULL);
		return true;
	}
	if (!read_node(line, node))
		return false;
	known_clear_history(known, node);
	return true;
}

/* A time in ms since 1970; false for anything else. */
static bool read_ms(struct span text, int64_t *out)
{
	char digits[24];

	if (text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	return number_parse(digits, 1, INT64_MAX / 2, out) == ERR_NONE;
}

/* The next word of a line, up to a blank or the end; *line is what follows the blank. */
static struct span next_word(struct span *line)
{
	const char *blank = memchr(line->data, ' ', line->len);
	struct span word = {line->data, blank ? (size_t)(blank - line->data) : line->len};

	line->data += word.len + (blank ? 1 : 0);
	line->len -= word.len + (blank ? 1 : 0);
	return word;
}

/* SAMPLE worker-001 1763375400123 */
static bool take_heard(struct known *known, const char *at, const char *end)
{
	struct span line = next_line(&at, end);
	char node[ID_NODE_SIZE];
	int64_t ms;

	if (!read_node(next_word(&line), node) || !read_ms(line, &ms))
		return false;
	known_heard(known, node, ms);
	return true;
}

/* SAMPLE worker-001 lost 1763375400123; worker-001 back */
static bool take_streams(struct known *known, const char *at, const char *end)
{
	struct span line = next_line(&at, end), what;
	char node[ID_NODE_SIZE];
	int64_t ms = 0;

	if (!read_node(next_word(&line), node))
		return false;
	what = next_word(&line);
	if (span_is(what, "lost") ? !read_ms(line, &ms) : !span_is(what, "back"))
		return false;
	known_stream(known, node, ms);
	return true;
}

static const struct {
	const char *channel;
	bool (*take)(struct known *known, const char *at, const char *end);
} CHANNELS[] = {
	{CHANNEL_METRICS, take_metrics}, {CHANNEL_LOGS, take_logs},	  {CHANNEL_REMOVED, take_removed},
	{CHANNEL_HEARD, take_heard},	 {CHANNEL_STREAMS, take_streams},
};

void channels_message(struct known *known, const char *channel, const char *payload, size_t len)
{
	for (size_t i = 0; i < sizeof(CHANNELS) / sizeof(*CHANNELS); i++) {
		if (strcmp(CHANNELS[i].channel, channel) != 0)
			continue;
		if (!CHANNELS[i].take(known, payload, payload + len))
			log_error("channels",
				  "cannot read a message of Redis; does an API of another version write it? "
				  "channel=%s len=%zu",
				  channel, len);
		return;
	}
}
