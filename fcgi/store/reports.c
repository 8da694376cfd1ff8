/*
 * Reports in Redis. A report is two round trips: first what is known of the node is read, for the report is
 * judged by it (report/); then all that has to change is written and published in one MULTI, so that no
 * reader sees a state without its point in the history, and no relay hears of a report that is not stored.
 *
 * A node speaks through one reporter process. The first round trip claims the node for the instance that
 * reports, so two reporters with a copied configuration cannot both pass while neither has stored anything
 * yet. The claim is short; storing the report prolongs it to the time until the next report, and a reporter
 * that says goodbye gives it up.
 */
#include "fcgi/store/reports.h"

#include "common/json.h"
#include "common/keys.h"
#include "common/limits.h"
#include "fcgi/store/commands.h"
#include "fcgi/store/redis.h"

#include <string.h>

#define CLAIM_S 30 /* until the report that is being judged has been stored or refused */

void report_before_free(struct report_before *before)
{
	buf_free(&before->points);
	buf_free(&before->summary);
	buf_free(&before->certificates);
}

enum err reports_begin(struct store *store, const char *node, const char *instance, int points,
		       struct report_before *out)
{
	struct key key = key_of_node(NODE_INSTANCE, node);
	struct report_before before = {0};
	struct json_out json = {.buf = &before.points};
	redisReply *const *known;
	struct replies replies;
	enum err err;

	if (*instance)
		redis_add(store, "SET %s %s EX %d NX", key.text, instance, CLAIM_S);
	redis_add(store, "LRANGE %s 0 %d", key_of_node(NODE_HISTORY, node).text, points - 1);
	redis_add(store, "GET %s", key_of_node(NODE_SUMMARY, node).text);
	redis_add(store, "GET %s", key_of_node(NODE_CERTIFICATES, node).text);
	redis_add(store, "GET %s", key.text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	known = &replies.item[*instance ? 1 : 0]; /* behind the claim's reply */
	json_open(&json, '[');
	for (size_t i = 0; i < known[0]->elements; i++)
		json_put_raw(&json, NULL, known[0]->element[i]->str, known[0]->element[i]->len);
	json_close(&json, ']');
	reply_append(known[1], &before.summary);
	reply_append(known[2], &before.certificates);
	before.other_instance = *instance && reply_is_text(known[3]) && strcmp(known[3]->str, instance) != 0;
	replies_free(&replies);
	*out = before;
	return ERR_NONE;
}

/* SAMPLE worker-001 ⏎ {"timestamp":…} ⏎ {"cpu_percent":…} ⏎ {"status":…} ⏎ [{"path":…}], of channel `metrics` */
static void write_message(struct buf *out, const struct stored_report *parts)
{
	const struct buf *const lines[] = {parts->state, parts->point, parts->summary, parts->certificates};

	buf_text(out, parts->node);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines) && lines[i]; i++) {
		buf_char(out, '\n');
		buf_append(out, lines[i]->data, lines[i]->len);
	}
}

/* Adds the transaction that stores and publishes the report. Its first part reads the commands that wait. */
static void add_report(struct store *store, const struct stored_report *parts, const struct buf *message)
{
	const struct {
		enum node_key key;
		const struct buf *value; /* NULL: stays as it is */
	} values[] = {{NODE_STATE, parts->state},
		      {NODE_SUMMARY, parts->summary},
		      {NODE_CERTIFICATES, parts->certificates}};
	struct key history = key_of_node(NODE_HISTORY, parts->node);
	struct key waiting = key_of_node(NODE_COMMANDS, parts->node);
	struct key instance = key_of_node(NODE_INSTANCE, parts->node);

	redis_add(store, "MULTI");
	redis_add(store, "LRANGE %s 0 -1", waiting.text);
	redis_add(store, "DEL %s", waiting.text);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (values[i].value)
			redis_add(store, "SET %s %b", key_of_node(values[i].key, parts->node).text,
				  values[i].value->data, values[i].value->len);
	redis_add(store, "LPUSH %s %b", history.text, parts->point->data, parts->point->len);
	redis_add(store, "LTRIM %s 0 %d", history.text, LIMIT_HISTORY_POINTS - 1);
	redis_add(store, "ZADD %s %lld %s", KEY_NODES, (long long)parts->now_ms, parts->node);
	redis_add(store, "HINCRBY %s total_updates 1", KEY_STATS);
	if (*parts->instance && parts->instance_held_s)
		redis_add(store, "SET %s %s EX %lld", instance.text, parts->instance,
			  (long long)parts->instance_held_s);
	else
		redis_add(store, "DEL %s", instance.text);
	redis_add(store, "PUBLISH %s %b", CHANNEL_METRICS, message->data, message->len);
	redis_add(store, "EXEC");
}

enum err reports_store(struct store *store, const struct stored_report *parts, struct buf *commands)
{
	struct json_out json = {.buf = commands};
	struct buf message = {0};
	struct replies replies;
	const redisReply *waiting;
	enum err err;

	write_message(&message, parts);
	add_report(store, parts, &message);
	err = redis_run(store, &replies);
	buf_free(&message);
	if (err != ERR_NONE)
		return err;
	waiting = replies_of_exec(&replies)[0];
	json_open(&json, '[');
	for (size_t i = 0; i < waiting->elements; i++) {
		const redisReply *command = waiting->element[i];

		err = commands_hand_out(store, command->str, command->len, parts->now_ms, &json);
		if (err != ERR_NONE)
			break;
	}
	json_close(&json, ']');
	replies_free(&replies);
	return err;
}
