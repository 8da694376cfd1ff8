/*
 * The ledger's file is a list of lines, appended and forced to the disk one by one; when it is long, or read,
 * it is written anew without what is old. A line has the command's id and the time; `begin` also the time
 * until when the command could come again.
 *
 * SAMPLE
 *     begin 3f0c… 1763375400123 1763375430123
 *     result 3f0c… 1763375401999 {"command_id":"3f0c…","success":true,"message":"…"}
 *     delivered 3f0c… 1763375402011
 */
#include "reporter/commands/ledger.h"

#include "common/buf.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/result_code.h"
#include "reporter/base/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME	     "commands"
#define FORMAT(word) word " %s %" PRId64

enum { KEPT_MS = LIMIT_COMMAND_KEPT_S * 1000, REWRITE_MIN = 512 * 1024 };

/* What may still be on its way when a command expires: its last bytes, and a little between two clocks. */
enum { LATE_MS = 60 * 1000 };

enum record_state { RECORD_BEGUN, RECORD_FINISHED, RECORD_DELIVERED };

struct record {
	char id[ID_NODE_SIZE];
	enum record_state state;
	int64_t at_ms;
	int64_t expires_ms; /* it cannot come again after that */
	struct buf result;  /* while it is not delivered */
};

struct ledger {
	const char *state_dir;
	int file;
	size_t file_len;
	size_t rewrite_at;	/* the length at which the file is written anew */
	struct record *records; /* oldest first */
	size_t count;
};

static struct record *find(const struct ledger *ledger, const char *id)
{
	for (size_t i = ledger->count; i > 0; i--) {
		if (strcmp(ledger->records[i - 1].id, id) == 0)
			return &ledger->records[i - 1];
	}
	return NULL;
}

static struct record *add(struct ledger *ledger, const char *id, int64_t at_ms, int64_t expires_ms)
{
	struct record *record;

	ledger->records = mem_resize(ledger->records, ledger->count + 1, sizeof(*ledger->records));
	record = &ledger->records[ledger->count++];
	*record = (struct record){.state = RECORD_BEGUN, .at_ms = at_ms, .expires_ms = expires_ms};
	snprintf(record->id, sizeof(record->id), "%s", id);
	return record;
}

/* --- memory ------------------------------------------------------------------------------------- */

/* Forgets what nobody can ask for any more. */
static void forget_old(struct ledger *ledger)
{
	int64_t oldest = clock_now_ms() - KEPT_MS;
	size_t kept = 0;

	for (size_t i = 0; i < ledger->count; i++) {
		if (ledger->records[i].at_ms < oldest && ledger->records[i].state != RECORD_BEGUN)
			buf_free(&ledger->records[i].result);
		else
			ledger->records[kept++] = ledger->records[i];
	}
	ledger->count = kept;
}

/* Forgets the oldest command of which nothing is wanted any more, before its hour is over. */
static bool forget_one(struct ledger *ledger, int64_t now)
{
	for (size_t i = 0; i < ledger->count; i++) {
		struct record *record = &ledger->records[i];

		if (record->state != RECORD_DELIVERED || record->expires_ms >= now)
			continue;
		ledger->count--;
		memmove(record, record + 1, (ledger->count - i) * sizeof(*record));
		return true;
	}
	return false;
}

static void set_result(struct record *record, const char *result, size_t len)
{
	record->state = RECORD_FINISHED;
	buf_clear(&record->result);
	buf_append(&record->result, result, len);
}

static void set_delivered(struct record *record)
{
	record->state = RECORD_DELIVERED;
	buf_free(&record->result);
}

static void set_interrupted(struct record *record)
{
	struct buf body = {0};
	struct json_out json = {.buf = &body};

	log_warning("ledger", "a command was interrupted and is not run again id=%s", record->id);
	json_open(&json, '{');
	json_put_text(&json, "command_id", record->id);
	json_put_bool(&json, "success", false);
	json_put_text(&json, "error",
		      "the worker's reporter ended before the command did: look whether it was done");
	json_put_text(&json, "code", result_code_name(RESULT_INTERRUPTED));
	json_close(&json, '}');
	set_result(record, body.data, body.len);
	record->at_ms = clock_now_ms(); /* it is news until it is delivered */
	buf_free(&body);
}

/* A `begin` of an older version does not say when the command expires: late enough for any. */
static int64_t read_expiry(const char *rest, int64_t at_ms)
{
	int64_t expires_ms;

	return sscanf(rest, " %" SCNd64, &expires_ms) == 1 ? expires_ms : at_ms + KEPT_MS;
}

static void read_line(struct ledger *ledger, const char *line, size_t len)
{
	char word[16], id[ID_NODE_SIZE];
	int64_t at_ms;
	int used = 0;
	struct record *record;

	if (sscanf(line, "%15s %64s %" SCNd64 "%n", word, id, &at_ms, &used) != 3 || !id_is_node(id))
		return; /* torn when the machine lost power: the command was not begun yet */
	record = find(ledger, id);
	if (strcmp(word, "begin") == 0 && !record)
		add(ledger, id, at_ms, read_expiry(line + used, at_ms));
	else if (strcmp(word, "result") == 0 && record && (size_t)used + 1 < len)
		set_result(record, line + used + 1, len - (size_t)used - 1);
	else if (strcmp(word, "delivered") == 0 && record)
		set_delivered(record);
}

/* --- disk --------------------------------------------------------------------------------------- */

static void write_begin(const char *id, int64_t at_ms, int64_t expires_ms, struct buf *out)
{
	buf_printf(out, FORMAT("begin") " %" PRId64 "\n", id, at_ms, expires_ms);
}

static void write_record(const struct record *record, struct buf *out)
{
	write_begin(record->id, record->at_ms, record->expires_ms, out);
	if (record->state == RECORD_FINISHED)
		buf_printf(out, FORMAT("result") " %s\n", record->id, record->at_ms, record->result.data);
	else if (record->state == RECORD_DELIVERED)
		buf_printf(out, FORMAT("delivered") "\n", record->id, record->at_ms);
}

static enum err rewrite(struct ledger *ledger)
{
	struct buf text = {0}, path = {0};
	enum err err;

	forget_old(ledger);
	for (size_t i = 0; i < ledger->count; i++)
		write_record(&ledger->records[i], &text);
	err = state_dir_write(ledger->state_dir, NAME, buf_string(&text), text.len);
	if (!err) {
		if (ledger->file >= 0)
			close(ledger->file);
		state_dir_path(ledger->state_dir, NAME, &path);
		ledger->file = open(path.data, O_WRONLY | O_APPEND | O_CLOEXEC);
		ledger->file_len = text.len;
		ledger->rewrite_at = text.len < REWRITE_MIN / 2 ? REWRITE_MIN : 2 * text.len;
		err = ledger->file < 0 ? ERR_SYSTEM : ERR_NONE;
		buf_free(&path);
	}
	buf_free(&text);
	return err;
}

static enum err append(struct ledger *ledger, const struct buf *line)
{
	if (ledger->file_len > ledger->rewrite_at && rewrite(ledger))
		return ERR_SYSTEM;
	if (write(ledger->file, line->data, line->len) != (ssize_t)line->len || fdatasync(ledger->file) < 0) {
		log_error("ledger", "cannot write the list of commands in state_dir error=%s",
			  strerror(errno));
		/* A piece of a line would spoil the next one; where it cannot be cut off, all is written
		 * anew. */
		if (ftruncate(ledger->file, (off_t)ledger->file_len) < 0)
			ledger->file_len = ledger->rewrite_at + 1;
		return ERR_SYSTEM;
	}
	ledger->file_len += line->len;
	return ERR_NONE;
}

enum err ledger_open(const char *state_dir, struct ledger **out, struct reason *why)
{
	struct ledger *ledger = mem_alloc(1, sizeof(*ledger));
	struct buf text = {0};
	enum err err = state_dir_read(state_dir, NAME, &text);

	*ledger = (struct ledger){.state_dir = state_dir, .file = -1};
	for (char *line = text.data, *end; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		read_line(ledger, line, (size_t)(end - line));
	}
	buf_free(&text);
	for (size_t i = 0; i < ledger->count; i++) {
		if (ledger->records[i].state == RECORD_BEGUN)
			set_interrupted(&ledger->records[i]);
	}
	if ((err && err != ERR_NOT_FOUND) || rewrite(ledger)) {
		ledger_close(ledger);
		return reason_set(why, ERR_SYSTEM, "%s/" NAME " cannot be used", state_dir);
	}
	*out = ledger;
	return ERR_NONE;
}

void ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	for (size_t i = 0; i < ledger->count; i++)
		buf_free(&ledger->records[i].result);
	free(ledger->records);
	if (ledger->file >= 0)
		close(ledger->file);
	free(ledger);
}

/* --- what happens ------------------------------------------------------------------------------- */

bool ledger_knows(const struct ledger *ledger, const char *id)
{
	return find(ledger, id) != NULL;
}

static int64_t expires_at(int64_t now, int64_t expires_in_ms)
{
	int64_t longest = KEPT_MS - LATE_MS;

	return now + LATE_MS + (expires_in_ms < longest ? expires_in_ms : longest);
}

enum err ledger_begin(struct ledger *ledger, const char *id, int64_t expires_in_ms, struct reason *why)
{
	int64_t now = clock_now_ms(), expires_ms = expires_at(now, expires_in_ms);
	struct buf line = {0};
	enum err err;

	forget_old(ledger);
	while (ledger->count >= LEDGER_COMMANDS_MAX)
		if (!forget_one(ledger, now))
			return reason_set(
				why, ERR_CONFLICT,
				"not run: the %d commands that this worker remembers are too recent "
				"to be forgotten",
				LEDGER_COMMANDS_MAX);
	write_begin(id, now, expires_ms, &line);
	err = append(ledger, &line);
	buf_free(&line);
	if (err)
		return reason_set(why, err, "not run: this worker cannot note it in its state directory");
	add(ledger, id, now, expires_ms);
	return ERR_NONE;
}

void ledger_finish(struct ledger *ledger, const char *id, const char *result, size_t len)
{
	struct record *record = find(ledger, id);
	struct buf line = {0};

	if (!record)
		return;
	set_result(record, result, len);
	record->at_ms = clock_now_ms();
	buf_printf(&line, FORMAT("result") " %s\n", id, record->at_ms, record->result.data);
	if (append(ledger, &line))
		log_error("ledger",
			  "a result is not on disk: if the reporter ends now the command counts as "
			  "interrupted id=%s",
			  id);
	buf_free(&line);
}

const char *ledger_undelivered(const struct ledger *ledger, const char **result, size_t *len)
{
	for (size_t i = 0; i < ledger->count; i++) {
		const struct record *record = &ledger->records[i];

		if (record->state != RECORD_FINISHED)
			continue;
		*result = record->result.data;
		*len = record->result.len;
		return record->id;
	}
	return NULL;
}

void ledger_delivered(struct ledger *ledger, const char *id)
{
	struct record *record = find(ledger, id);
	struct buf line = {0};

	if (!record)
		return;
	set_delivered(record);
	buf_printf(&line, FORMAT("delivered") "\n", id, clock_now_ms());
	if (append(ledger, &line))
		log_error("ledger",
			  "a delivery is not on disk: after a restart the result is sent again id=%s", id);
	buf_free(&line);
}

bool ledger_is_settled(const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++) {
		if (ledger->records[i].state != RECORD_DELIVERED)
			return false;
	}
	return true;
}
