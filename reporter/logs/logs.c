/*
 * The table of sources, and what they give on its way into the spool. How lines are found is the sources'
 * concern, how they are kept the spool's, how they are sent the shipper's.
 *
 * Everything that sources give in one turn of the loop is committed to the spool together at the turn's end,
 * and then sent: a quiet program's line leaves at once, a loud one's lines leave by the hundred. The spool's
 * level is the back-pressure: while it is nearly full, or the disk refuses to be written to, those sources
 * are paused that can read later what they leave now.
 */
#include "reporter/logs/logs.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/state_dir.h"
#include "reporter/logs/shipper.h"
#include "reporter/logs/source.h"
#include "reporter/spool/spool.h"

#include <stdlib.h>
#include <string.h>

enum {
	SWEEP_MS = 60 * 1000,
	POSITIONS_MS = 5 * 1000, /* until a position that moved without an entry is committed */
	DISK_RETRY_MS = 1000,
	COMMIT_BYTES = 64 * 1024, /* so much is committed before the turn's end */
	PAUSE_PERCENT = 75,	  /* of the spool: sources that can wait do */
	RESUME_PERCENT = 50,
	MIB = 1024 * 1024,
};

#define SPOOL "spool"

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
	struct troubles *troubles;
	struct spool *spool;
	struct shipper *shipper;
	struct section *sections;
	size_t sections_count;
	bool paused;			/* the sources that can wait were told to */
	struct timer *commit;		/* for entries: at the end of the turn */
	struct timer *commit_positions; /* for positions alone, which can wait for an entry */
	struct timer *sweep;
	int64_t last_taken_ms; /* when a source gave something last, monotonic */
	struct buf key, entry; /* scratch: a section's whole key, an entry as JSON */
};

/* --- back-pressure ------------------------------------------------------------------------------ */

static void set_paused(struct logs *logs, bool paused)
{
	if (logs->paused == paused)
		return;
	logs->paused = paused;
	log_info("logs", paused ? "the spool cannot take more, files and journals wait"
				: "reading files and journals again");
	for (size_t i = 0; i < logs->sections_count; i++) {
		const struct section *section = &logs->sections[i];
		void (*change)(struct source_reader *) =
			paused ? section->source->pause : section->source->resume;

		if (change)
			change(section->reader);
	}
}

/* Between the two levels nothing changes, so that sources do not stop and start with every batch. */
static void on_level(void *user)
{
	struct logs *logs = user;
	unsigned percent = spool_level(logs->spool).percent;

	if (percent >= PAUSE_PERCENT)
		set_paused(logs, true);
	else if (percent < RESUME_PERCENT)
		set_paused(logs, false);
}

/* --- what sources give -------------------------------------------------------------------------- */

static void on_commit(void *user)
{
	struct logs *logs = user;

	timer_stop(logs->commit_positions);
	if (spool_commit(logs->spool) != ERR_NONE) {
		set_paused(logs, true);
		timer_start(logs->commit, DISK_RETRY_MS);
		return;
	}
	on_level(logs);
	shipper_send(logs->shipper);
}

/* The section's key as the spool knows it; valid until the next call. */
static const char *whole_key(const struct section *section, const char *key)
{
	struct buf *out = &section->logs->key;

	buf_clear(out);
	buf_text(out, section->config->name);
	buf_text(out, SEPARATOR);
	buf_text(out, key);
	return out->data;
}

static void on_take(void *user, const struct entry *entry, const char *key, const char *position)
{
	struct section *section = user;
	struct logs *logs = section->logs;
	bool wanted = entry && entry->level >= section->config->level;

	logs->last_taken_ms = clock_monotonic_ms();
	if (key)
		key = whole_key(section, key);
	if (!wanted) {
		if (key)
			spool_add(logs->spool, key, position, NULL);
		if (!timer_is_started(logs->commit_positions))
			timer_start(logs->commit_positions, POSITIONS_MS);
		return;
	}
	buf_clear(&logs->entry);
	entry_write(&logs->entry, entry, NULL, false);
	spool_add(logs->spool, key, position, &logs->entry);
	if (spool_pending(logs->spool) > COMMIT_BYTES)
		on_commit(logs);
	else
		timer_start(logs->commit, 0);
}

static const char *on_position(void *user, const char *key)
{
	const struct section *section = user;

	return spool_position(section->logs->spool, whole_key(section, key));
}

static void on_forget(void *user, const char *key)
{
	const struct section *section = user;
	struct logs *logs = section->logs;

	spool_forget(logs->spool, whole_key(section, key));
	if (!timer_is_started(logs->commit_positions))
		timer_start(logs->commit_positions, POSITIONS_MS);
}

static void on_positions(void *user, source_position_fn each, void *each_user)
{
	const struct section *section = user;
	/* A copy: `each` may ask for other keys meanwhile. */
	char *prefix = mem_text(whole_key(section, ""));

	spool_positions(section->logs->spool, prefix, each, each_user);
	free(prefix);
}

/* --- life --------------------------------------------------------------------------------------- */

static void on_sweep(void *user)
{
	struct logs *logs = user;

	for (size_t i = 0; i < logs->sections_count; i++)
		logs->sections[i].source->sweep(logs->sections[i].reader);
	shipper_send(logs->shipper); /* again, if a batch could not be read from the disk */
	timer_start(logs->sweep, SWEEP_MS);
}

/* Forgets a position whose section is not in the configuration any more. */
static void forget_orphan(void *user, const char *key, const char *position)
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
					   .troubles = logs->troubles,
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

enum err logs_new(struct loop *loop, const struct config *config, const struct logs_peers *peers,
		  struct logs **out, struct reason *why)
{
	struct logs *logs = mem_alloc(1, sizeof(*logs));
	struct shipper_config shipper = {.node_id = config->reporter.node_id,
					 .uplink = peers->uplink,
					 .on_room = on_level,
					 .user = logs};
	struct buf dir = {0};
	enum err err;

	state_dir_path(config->reporter.state_dir, SPOOL, &dir);
	err = spool_open(dir.data, (uint64_t)config->reporter.spool_mib * MIB, &logs->spool, why);
	buf_free(&dir);
	if (err != ERR_NONE) {
		free(logs);
		return err;
	}
	logs->config = config;
	logs->troubles = peers->troubles;
	logs->commit = loop_timer(loop, on_commit, logs);
	logs->commit_positions = loop_timer(loop, on_commit, logs);
	logs->sweep = loop_timer(loop, on_sweep, logs);
	logs->last_taken_ms = clock_monotonic_ms();
	shipper.spool = logs->spool;
	logs->shipper = shipper_new(loop, &shipper);
	spool_positions(logs->spool, "", forget_orphan, logs);
	open_sections(logs, loop);
	timer_start(logs->sweep, SWEEP_MS);
	*out = logs;
	return ERR_NONE;
}

void logs_free(struct logs *logs)
{
	if (!logs)
		return;
	/* A source may give lines while it closes, and these may pause the others: not those that are gone.
	 */
	while (logs->sections_count > 0) {
		const struct section *section = &logs->sections[--logs->sections_count];

		section->source->close(section->reader);
	}
	shipper_free(logs->shipper);
	timer_free(logs->commit);
	timer_free(logs->commit_positions);
	timer_free(logs->sweep);
	spool_close(logs->spool);
	free(logs->sections);
	buf_free(&logs->key);
	buf_free(&logs->entry);
	free(logs);
}

void logs_set_sending(struct logs *logs, bool sending)
{
	shipper_allow(logs->shipper, sending);
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
	json_put_integer(out, "sent", shipper_sent(logs->shipper));
	json_close(out, '}');
}
