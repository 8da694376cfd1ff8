/* Messages as they might come from Redis: whatever they are, what is known stays something that can be told.
 */
#include "feed/channels.h"
#include "common/keys.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

/* Entries come in the order of `seq`, and each points to where it says. */
static void on_lines(void *context, struct log_entry *const *entries, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		if (strlen(entries[i]->json) > entries[i]->len ||
		    (i && entries[i]->seq <= entries[i - 1]->seq))
			abort();
}

static void on_node(void *context, enum node_news news, const struct known_node *node,
		    const struct node_report *report)
{
	(void)context;
	if (!id_is_node(node->id) || (report != NULL) != (news == NODE_REPORTED))
		abort();
}

/* The first byte of each input chooses the channel; a report and a line are known already. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static const char *const CHANNELS[] = {CHANNEL_METRICS, CHANNEL_LOGS, CHANNEL_REMOVED};
	static const char REPORT[] =
		"w1\n{\"status\":\"online\",\"fresh_until\":\"2025-11-17T10:30:55.123Z\",\"services_total\":"
		"2,"
		"\"services_running\":1,\"node_id\":\"w1\"}\n{\"timestamp\":\"1\"}\n{\"timestamp\":\"1\"}";
	static const char LINE[] = "w1\n{\"logger_name\":\"a\",\"seq\":1}";
	static const struct feed_events EVENTS = {.node = on_node, .lines = on_lines};
	struct known known = {0};

	if (!len)
		return 0;
	known_listen(&known, &EVENTS, NULL);
	known_load_begin(&known);
	known_load_end(&known);
	known_follow(&known);
	channels_message(&known, CHANNEL_METRICS, REPORT, sizeof(REPORT) - 1);
	channels_message(&known, CHANNEL_LOGS, LINE, sizeof(LINE) - 1);
	channels_message(&known, CHANNELS[data[0] % 3], (const char *)data + 1, len - 1);
	channels_message(&known, CHANNEL_METRICS, REPORT, sizeof(REPORT) - 1);
	known_look_at_clock(&known);
	known_free(&known);
	return 0;
}
