/*
 * The table of sources, what goes into the spool, and what is sent out of it. How lines are found is the
 * sources' concern, how they are kept the spool's.
 */
#include "reporter/logs/logs.h"

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/text.h"
#include "reporter/base/backoff.h"
#include "reporter/base/state_dir.h"
#include "reporter/logs/source.h"
#include "reporter/spool/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SWEEP_MS = 60 * 1000,	 /* for what a lost notification hid */
	POSITIONS_MS = 5 * 1000, /* positions that moved without an entry are written that late */
	RETRY_MIN_MS = 500,
	RETRY_MAX_MS = 30 * 1000,
	DISK_RETRY_MS = 1000,
	PENDING_MAX = 64 * 1024, /* more is not gathered in a turn */
	PAUSE_PERCENT = 75,	 /* of the spool: sources that can wait do */
	RESUME_PERCENT = 50,
	MIB = 1024 * 1024,
};

#define SPOOL	 "spool"
#define CUT_MARK "…[cut]"

/* Position keys of a section begin with its name and this, which no name can hold. */
#define SEPARATOR "/"

static const struct source *const SOURCES[SOURCE_COUNT] = {
	[SOURCE_JOURNAL] = &source_journal,
	[SOURCE_FILE] = &source_file,
	[SOURCE_SOCKET] = &source_socket,
};

/* One [log] section. */
struct section {
	struct logs *logs;
	const struct config_log *config;
	const struct source *source;
	struct source_reader *reader;
};

struct logs {
	const struct config *config;
	struct uplink *uplink;
	struct spool *spool;
	struct section *sections;
	size_t sections_count;
	bool paused;
	struct timer *commit; /* at the end of the turn in which something was taken */
	struct timer *positions;
	struct timer *sweep;
	struct timer *retry;
	struct backoff backoff;
	bool sending;
	struct uplink_call *call; /* the batch on its way */
	struct spool_batch batch;
	int64_t sent;
	int64_t last_taken_ms; /* monotonic */
	struct buf entry;      /* scratch */
};

/* --- in ----------------------------------------------------------------------------------------- */

static void key_of(const struct section *section, const char *key, struct buf *out)
{
	buf_printf(out, "%s" SEPARATOR "%s", section->config->name, key);
}

/* The entry as it is sent, its message within the limit. */
static void write_entry(const struct entry *entry, struct buf *out)
{
	struct entry bounded = *entry;
	struct buf cut = {0};

	if (entry->message_len > LIMIT_MESSAGE) {
		buf_append(&cut, entry->message,
			   text_cut(entry->message, entry->message_len, LIMIT_MESSAGE - strlen(CUT_MARK)));
		buf_text(&cut, CUT_MARK);
		bounded.message = cut.data;
		bounded.message_len = cut.len;
	}
	entry_write(out, &bounded, NULL, false);
	buf_free(&cut);
}

static void on_commit(void *user);

static void on_take(void *user, const struct entry *entry, const char *key, const char *position)
{
	struct section *section = user;
	struct logs *logs = section->logs;
	bool wanted = entry && entry->level >= section->config->level;
	struct buf full_key = {0};

	if (key)
		key_of(section, key, &full_key);
	buf_clear(&logs->entry);
	if (wanted)
		write_entry(entry, &logs->entry);
	if (key || wanted)
		spool_add(logs->spool, full_key.data, position, wanted ? &logs->entry : NULL);
	buf_free(&full_key);
	logs->last_taken_ms = clock_monotonic_ms();
	if (wanted && spool_pending(logs->spool) > PENDING_MAX)
		on_commit(logs);
	else if (wanted)
		timer_start(logs->commit, 0);
	else if (!timer_is_started(logs->positions))
		timer_start(logs->positions, POSITIONS_MS);
}

static const char *on_position(void *user, const char *key)
{
	struct section *section = user;
	struct buf full_key = {0};
	const char *position;

	key_of(section, key, &full_key);
	position = spool_position(section->logs->spool, full_key.data);
	buf_free(&full_key);
	return position;
}

/* Hands the positions of one section on, without its prefix. */
struct visit {
	size_t prefix_len;
	source_position_fn each;
	void *user;
};

static void on_each_position(void *user, const char *key, const char *position)
{
	struct visit *visit = user;

	visit->each(visit->user, key + visit->prefix_len, position);
}

static void on_positions(void *user, source_position_fn each, void *each_user)
{
	struct section *section = user;
	struct visit visit = {.each = each, .user = each_user};
	struct buf prefix = {0};

	key_of(section, "", &prefix);
	visit.prefix_len = prefix.len;
	spool_positions(section->logs->spool, prefix.data, on_each_position, &visit);
	buf_free(&prefix);
}

static void on_forget(void *user, const char *key)
{
	struct section *section = user;
	struct buf full_key = {0};

	key_of(section, key, &full_key);
	spool_forget(section->logs->spool, full_key.data);
	buf_free(&full_key);
	if (!timer_is_started(section->logs->positions))
		timer_start(section->logs->positions, POSITIONS_MS);
}

/* Sources that can wait do so while the spool is nearly full or the disk is. */
static void set_paused(struct logs *logs, bool paused)
{
	if (logs->paused == paused)
		return;
	logs->paused = paused;
	log_info("logs", paused ? "the spool is nearly full, files and journals wait"
				: "reading files and journals again");
	for (size_t i = 0; i < logs->sections_count; i++) {
		const struct section *section = &logs->sections[i];
		void (*change)(struct source_reader *) =
			paused ? section->source->pause : section->source->resume;

		if (change)
			change(section->reader);
	}
}

static void adjust(struct logs *logs)
{
	unsigned percent = spool_level(logs->spool).percent;

	if (percent >= PAUSE_PERCENT)
		set_paused(logs, true);
	else if (percent < RESUME_PERCENT)
		set_paused(logs, false);
}

static void ship(struct logs *logs);

static void on_commit(void *user)
{
	struct logs *logs = user;

	timer_stop(logs->positions);
	if (spool_commit(logs->spool)) {
		set_paused(logs, true);
		timer_start(logs->commit, DISK_RETRY_MS);
		return;
	}
	adjust(logs);
	ship(logs);
}

/* --- out ---------------------------------------------------------------------------------------- */

/* Answers that would be the same for the same batch, whenever it is sent. */
static bool is_hopeless(int status)
{
	return status == 400 || status == 413 || status == 422;
}

static void on_answer(void *user, const struct uplink_answer *answer)
{
	struct logs *logs = user;
	bool hopeless = is_hopeless(answer->status);
	int64_t delay;

	logs->call = NULL;
	if (answer->outcome == UPLINK_TAKEN || hopeless) {
		if (hopeless)
			log_error("logs", "the coordinator cannot take these entries=%" PRId64 " error=%s",
				  logs->batch.count, answer->error);
		else
			logs->sent += logs->batch.count;
		spool_done(logs->spool, &logs->batch, hopeless);
		backoff_reset(&logs->backoff);
		adjust(logs);
		ship(logs);
		return;
	}
	if (answer->outcome == UPLINK_REFUSED && !logs->backoff.ceiling_ms)
		log_error("logs", "entries were refused, will try again status=%d error=%s", answer->status,
			  answer->error);
	delay = backoff_next(&logs->backoff);
	timer_start(logs->retry, answer->retry_after_ms > delay ? answer->retry_after_ms : delay);
}

/* Sends the oldest batch, if that may be, none is on its way and no failure makes it wait. */
static void ship(struct logs *logs)
{
	struct buf entries = {0}, body = {0};
	struct json_out json = {.buf = &body};

	if (!logs->sending || logs->call || timer_is_started(logs->retry) ||
	    !spool_batch(logs->spool, &entries, &logs->batch))
		return;
	buf_reserve(&body, entries.len + 256);
	json_open(&json, '{');
	json_put_text(&json, "node_id", logs->config->reporter.node_id);
	json_put_text(&json, "batch", logs->batch.name);
	json_open_member(&json, "logs", '[');
	json_put_raw(&json, NULL, entries.data, entries.len);
	json_close(&json, ']');
	json_close(&json, '}');
	buf_free(&entries);
	logs->call = uplink_post(logs->uplink, "/api/reporter/logs", &body, on_answer, logs);
}

static void on_retry(void *user)
{
	ship(user);
}

void logs_set_sending(struct logs *logs, bool sending)
{
	logs->sending = sending;
	ship(logs);
}

static void on_sweep(void *user)
{
	struct logs *logs = user;

	for (size_t i = 0; i < logs->sections_count; i++)
		logs->sections[i].source->sweep(logs->sections[i].reader);
	ship(logs);
	timer_start(logs->sweep, SWEEP_MS);
}

/* --- life --------------------------------------------------------------------------------------- */

static void on_orphan(void *user, const char *key, const char *position)
{
	struct logs *logs = user;
	size_t name_len = strcspn(key, SEPARATOR);

	(void)position;
	for (size_t i = 0; i < logs->config->logs_count; i++) {
		const char *name = logs->config->logs[i].name;

		if (strlen(name) == name_len && strncmp(name, key, name_len) == 0)
			return;
	}
	spool_forget(logs->spool, key);
}

static void open_sections(struct logs *logs, struct loop *loop)
{
	const struct config *config = logs->config;

	logs->sections_count = config->logs_count;
	logs->sections = mem_alloc(logs->sections_count, sizeof(*logs->sections));
	for (size_t i = 0; i < logs->sections_count; i++) {
		struct section *section = &logs->sections[i];
		struct source_sink sink = {.user = section,
					   .take = on_take,
					   .position = on_position,
					   .positions = on_positions,
					   .forget = on_forget};

		section->logs = logs;
		section->config = &config->logs[i];
		section->source = SOURCES[section->config->source];
		section->reader = section->source->open(loop, section->config, &sink);
	}
}

enum err logs_new(struct loop *loop, const struct config *config, struct uplink *uplink, struct logs **out,
		  struct reason *why)
{
	struct logs *logs = mem_alloc(1, sizeof(*logs));
	struct buf dir = {0};
	enum err err;

	state_dir_path(config->reporter.state_dir, SPOOL, &dir);
	err = spool_open(dir.data, (uint64_t)config->reporter.spool_mib * MIB, &logs->spool, why);
	buf_free(&dir);
	if (err) {
		free(logs);
		return err;
	}
	logs->config = config;
	logs->uplink = uplink;
	logs->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
	logs->commit = loop_timer(loop, on_commit, logs);
	logs->positions = loop_timer(loop, on_commit, logs);
	logs->sweep = loop_timer(loop, on_sweep, logs);
	logs->retry = loop_timer(loop, on_retry, logs);
	logs->last_taken_ms = clock_monotonic_ms();
	spool_positions(logs->spool, "", on_orphan, logs);
	open_sections(logs, loop);
	timer_start(logs->sweep, SWEEP_MS);
	*out = logs;
	return ERR_NONE;
}

void logs_free(struct logs *logs)
{
	if (!logs)
		return;
	while (logs->sections_count >
	       0) { /* what a closing one still gives must not pause one that is gone */
		const struct section *section = &logs->sections[--logs->sections_count];

		section->source->close(section->reader);
	}
	uplink_cancel(logs->call);
	timer_free(logs->commit);
	timer_free(logs->positions);
	timer_free(logs->sweep);
	timer_free(logs->retry);
	spool_close(logs->spool);
	free(logs->sections);
	buf_free(&logs->entry);
	free(logs);
}

bool logs_are_quiet(const struct logs *logs, int64_t quiet_ms)
{
	return !spool_level(logs->spool).waiting && clock_monotonic_ms() - logs->last_taken_ms >= quiet_ms;
}

void logs_write_stats(const struct logs *logs, struct json_out *out, const char *key)
{
	struct spool_level level = spool_level(logs->spool);

	json_open_member(out, key, '{');
	json_put_integer(out, "waiting", level.waiting);
	json_put_integer(out, "dropped", level.dropped);
	json_put_integer(out, "sent", logs->sent);
	json_close(out, '}');
}
