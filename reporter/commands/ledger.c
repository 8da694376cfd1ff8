/*
 * The problem: a command may reach the reporter twice. The coordinator sends it again when a connection
 * breaks, a proxy repeats a request, or a cron run takes what the stream has brought already. Restarting a
 * service twice is harm, and asking the service whether it was restarted is no way to find out. The reporter
 * may also be killed in the middle.
 *
 * So a command is noted before it is begun, and the note is forced to the disk. The file is a list of lines
 * that only grows: a line costs one write and one fdatasync, where a file that is replaced would cost as much
 * as it is long. When it has become long, and when it is opened, it is written anew without what is old. A
 * line has the command's id and a time, `begin` also the time until when the command could come again:
 *
 * SAMPLE
 *     begin 3f0c… 1763375400123 1763375430123
 *     result 3f0c… 1763375401999 {"command_id":"3f0c…","success":true,"message":"…"}
 *     delivered 3f0c… 1763375402011
 *
 * A command that is begun in the file and has no result was interrupted: nobody knows whether it was done, so
 * it is not run again, and its result says that somebody should look.
 *
 * What must stay true: a command's `begin` is on the disk before the command runs and before memory knows it.
 * A command is forgotten when nobody can send it again and nobody waits for its result any more, which is an
 * hour later. A full ledger also forgets one that is delivered and has expired, and refuses a new command if
 * there is none. A torn line, which power loss leaves, is ignored: a torn `begin` is one of a command that
 * was not begun.
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

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME	 "commands"
#define BEGIN_FORMAT	 "begin %s %" PRId64 " %" PRId64 "\n"
#define RESULT_FORMAT	 "result %s %" PRId64 " %s\n"
#define DELIVERED_FORMAT "delivered %s %" PRId64 "\n"

enum { KEPT_MS = LIMIT_COMMAND_KEPT_S * 1000, REWRITE_MIN_BYTES = 512 * 1024 };

/* What may still be on its way when a command expires: its last bytes, and a little between two clocks. */
enum { LATE_MS = 60 * 1000 };

enum record_state { RECORD_BEGUN, RECORD_FINISHED, RECORD_DELIVERED };

struct record {
	char id[ID_NODE_SIZE];
	enum record_state state;
	int64_t at_ms;	    /* of its begin, then of its result */
	int64_t expires_ms; /* it cannot come again after that */
	struct buf result;  /* while it is finished and not delivered */
};

struct ledger {
	const char *state_dir;
	int file;		/* -1: could not be opened */
	size_t file_len;	/* up to the end of its last whole line */
	size_t rewrite_at;	/* the length at which the file is written anew */
	struct record *records; /* oldest first */
	size_t count;
};

/* --- memory ------------------------------------------------------------------------------------- */

static struct record *find(const struct ledger *ledger, const char *id)
{
	for (size_t i = ledger->count; i > 0; i--) {
		if (strcmp(ledger->records[i - 1].id, id) == 0)
			return &ledger->records[i - 1];
	}
	return NULL;
}

static void add(struct ledger *ledger, const char *id, int64_t at_ms, int64_t expires_ms)
{
	struct record *record;

	ledger->records = mem_resize(ledger->records, ledger->count + 1, sizeof(*ledger->records));
	record = &ledger->records[ledger->count++];
	*record = (struct record){.state = RECORD_BEGUN, .at_ms = at_ms, .expires_ms = expires_ms};
	snprintf(record->id, sizeof(record->id), "%s", id);
}

/* A command only goes on. `result` is for RECORD_FINISHED. */
static void move(struct record *record, enum record_state to, const char *result, size_t len)
{
	assert(to > record->state);
	record->state = to;
	buf_free(&record->result);
	if (to == RECORD_FINISHED)
		buf_append(&record->result, result, len);
}

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

/* Room for one more, for which the oldest that cannot come again is forgotten before its hour is over. */
static bool make_room(struct ledger *ledger, int64_t now)
{
	size_t i = 0;

	forget_old(ledger);
	while (ledger->count >= LEDGER_COMMANDS_MAX && i < ledger->count) {
		struct record *record = &ledger->records[i];

		if (record->state == RECORD_DELIVERED && record->expires_ms < now) {
			ledger->count--;
			memmove(record, record + 1, (ledger->count - i) * sizeof(*record));
		} else {
			i++;
		}
	}
	return ledger->count < LEDGER_COMMANDS_MAX;
}

/* --- disk --------------------------------------------------------------------------------------- */

/* One line without its newline. What does not fit the lines before it is ignored. */
static void read_line(struct ledger *ledger, const char *line, size_t len)
{
	char word[16], id[ID_NODE_SIZE];
	int64_t at_ms, expires_ms;
	int used = 0;
	struct record *record;

	if (sscanf(line, "%15s %64s %" SCNd64 "%n", word, id, &at_ms, &used) != 3 || !id_is_node(id))
		return; /* torn when the machine lost power: the command was not begun yet */
	record = find(ledger, id);
	if (strcmp(word, "begin") == 0 && !record) {
		/* A line of an older version does not say when the command expires: late enough for any. */
		if (sscanf(line + used, " %" SCNd64, &expires_ms) != 1)
			expires_ms = at_ms + KEPT_MS;
		add(ledger, id, at_ms, expires_ms);
	} else if (strcmp(word, "result") == 0 && record && record->state < RECORD_FINISHED &&
		   (size_t)used + 1 < len) {
		move(record, RECORD_FINISHED, line + used + 1, len - (size_t)used - 1);
	} else if (strcmp(word, "delivered") == 0 && record && record->state < RECORD_DELIVERED) {
		move(record, RECORD_DELIVERED, NULL, 0);
	}
}

/* Writes the file anew from memory, without what is old. The old file stays if that fails. */
static enum err rewrite(struct ledger *ledger)
{
	struct buf text = {0}, path = {0};
	enum err err;

	forget_old(ledger);
	for (size_t i = 0; i < ledger->count; i++) {
		const struct record *record = &ledger->records[i];

		buf_printf(&text, BEGIN_FORMAT, record->id, record->at_ms, record->expires_ms);
		if (record->state == RECORD_FINISHED)
			buf_printf(&text, RESULT_FORMAT, record->id, record->at_ms, record->result.data);
		if (record->state == RECORD_DELIVERED)
			buf_printf(&text, DELIVERED_FORMAT, record->id, record->at_ms);
	}
	err = state_dir_write(ledger->state_dir, FILE_NAME, buf_string(&text), text.len);
	if (err != ERR_NONE)
		goto out;
	if (ledger->file >= 0)
		close(ledger->file);
	state_dir_path(ledger->state_dir, FILE_NAME, &path);
	ledger->file = open(path.data, O_WRONLY | O_APPEND | O_CLOEXEC);
	ledger->file_len = text.len;
	ledger->rewrite_at = text.len < REWRITE_MIN_BYTES / 2 ? REWRITE_MIN_BYTES : 2 * text.len;
	if (ledger->file < 0)
		err = ERR_SYSTEM;
out:
	buf_free(&text);
	buf_free(&path);
	return err;
}

/* The line is on the disk, or not in the file at all. */
static enum err append(struct ledger *ledger, const struct buf *line)
{
	if (ledger->file_len > ledger->rewrite_at && rewrite(ledger) != ERR_NONE)
		return ERR_SYSTEM;
	if (write(ledger->file, line->data, line->len) != (ssize_t)line->len || fdatasync(ledger->file) < 0) {
		log_error("ledger", "cannot write the list of commands in state_dir error=%s",
			  strerror(errno));
		/* A piece of a line would spoil the next one. Where it cannot be cut off, all is written
		 * anew. */
		if (ftruncate(ledger->file, (off_t)ledger->file_len) < 0)
			ledger->file_len = ledger->rewrite_at + 1;
		return ERR_SYSTEM;
	}
	ledger->file_len += line->len;
	return ERR_NONE;
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
	move(record, RECORD_FINISHED, body.data, body.len);
	record->at_ms = clock_now_ms(); /* it is news until it is delivered */
	buf_free(&body);
}

enum err ledger_open(const char *state_dir, struct ledger **out, struct reason *why)
{
	struct ledger *ledger = mem_alloc(1, sizeof(*ledger));
	struct buf text = {0};
	enum err err = state_dir_read(state_dir, FILE_NAME, &text);
	char *line = text.data;

	*ledger = (struct ledger){.state_dir = state_dir, .file = -1};
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		goto unusable;
	while (line) {
		char *end = strchr(line, '\n');

		if (!end)
			break; /* a torn line */
		*end = '\0';
		read_line(ledger, line, (size_t)(end - line));
		line = end + 1;
	}
	for (size_t i = 0; i < ledger->count; i++) {
		if (ledger->records[i].state == RECORD_BEGUN)
			set_interrupted(&ledger->records[i]);
	}
	if (rewrite(ledger) != ERR_NONE)
		goto unusable;
	buf_free(&text);
	*out = ledger;
	return ERR_NONE;

unusable:
	buf_free(&text);
	ledger_close(ledger);
	return reason_set(why, ERR_SYSTEM, "%s/" FILE_NAME " cannot be used", state_dir);
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

/* --- a command's life --------------------------------------------------------------------------- */

bool ledger_knows(const struct ledger *ledger, const char *id)
{
	return find(ledger, id) != NULL;
}

enum err ledger_begin(struct ledger *ledger, const char *id, int64_t expires_in_ms, struct reason *why)
{
	int64_t now = clock_now_ms(), longest_ms = KEPT_MS - LATE_MS;
	int64_t expires_ms = now + LATE_MS + (expires_in_ms < longest_ms ? expires_in_ms : longest_ms);
	struct buf line = {0};
	enum err err;

	if (!make_room(ledger, now))
		return reason_set(why, ERR_CONFLICT,
				  "not run: the %d commands that this worker remembers are too recent to be "
				  "forgotten",
				  LEDGER_COMMANDS_MAX);
	buf_printf(&line, BEGIN_FORMAT, id, now, expires_ms);
	err = append(ledger, &line);
	buf_free(&line);
	if (err != ERR_NONE)
		return reason_set(why, err, "not run: this worker cannot note it in its state directory");
	add(ledger, id, now, expires_ms);
	return ERR_NONE;
}

void ledger_finish(struct ledger *ledger, const char *id, const char *result, size_t len)
{
	struct record *record = find(ledger, id);
	struct buf line = {0};

	if (!record || record->state != RECORD_BEGUN)
		return;
	move(record, RECORD_FINISHED, result, len);
	record->at_ms = clock_now_ms();
	buf_printf(&line, RESULT_FORMAT, id, record->at_ms, record->result.data);
	if (append(ledger, &line) != ERR_NONE)
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

	if (!record || record->state != RECORD_FINISHED)
		return;
	move(record, RECORD_DELIVERED, NULL, 0);
	buf_printf(&line, DELIVERED_FORMAT, id, clock_now_ms());
	if (append(ledger, &line) != ERR_NONE)
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
