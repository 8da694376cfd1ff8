/*
 * Which log files are followed, and what rotation means. Lines are read elsewhere; here it is decided where
 * reading begins, so that nothing is skipped and nothing read twice.
 */
#include "reporter/logs/followed_files.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/logs/file_find.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILES_MAX	500		 /* well below the usual limit of 1024 descriptors */
#define ROTATED_KEPT_MS (10 * 60 * 1000) /* a writer may go on with a renamed file for a while */
#define DELETED_KEPT_MS (60 * 1000)

/* A position from before the start whose file was not met yet. */
struct saved_file {
	char key[SOURCE_KEY_MAX + 1];
	uintmax_t device, inode;
	struct file_position position;
};

/* --- what went wrong ---------------------------------------------------------------------------- */

static const char NO_FILE[] = "there is no such file yet";

static void say_trouble(struct followed_files *files, const char *path, const char *error)
{
	if (troubles_begin(&files->troubles, path, error))
		log_warning("source", "cannot follow log=%s path=%s error=\"%s\"", files->config->name, path,
			    error);
}

/* --- saved positions ---------------------------------------------------------------------------- */

static void save_position(struct followed_files *files, struct followed_file *file)
{
	char position[FILE_POSITION_SIZE];

	file_tail_position(&file->tail, position);
	files->sink->take(files->sink->user, NULL, file->key, position);
}

static void load_saved(void *user, const char *key, const char *position)
{
	struct followed_files *files = user;
	struct saved_file saved = {0};

	if (sscanf(key, "%20" SCNxMAX ":%20" SCNxMAX, &saved.device, &saved.inode) != 2 ||
	    file_position_parse(position, &saved.position) != ERR_NONE)
		return;
	snprintf(saved.key, sizeof(saved.key), "%s", key);
	files->saved = mem_resize(files->saved, files->saved_count + 1, sizeof(files->saved[0]));
	files->saved[files->saved_count++] = saved;
}

static void drop_saved(struct followed_files *files, size_t index)
{
	files->saved[index] = files->saved[--files->saved_count];
}

/* Devices may get other numbers when a machine or a container starts again; a whole head is enough then. */
static bool may_belong(const struct saved_file *saved, const struct file_tail *tail)
{
	return saved->inode == tail->inode &&
	       (saved->device == tail->device || saved->position.offset >= FILE_HEAD_MAX);
}

/* --- following ---------------------------------------------------------------------------------- */

static struct followed_file *find_inode(const struct followed_files *files, dev_t device, ino_t inode)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i]->tail.inode == inode && files->items[i]->tail.device == device)
			return files->items[i];
	return NULL;
}

static bool is_followed(const struct followed_files *files, const struct found_file *found)
{
	return find_inode(files, found->stat.st_dev, found->stat.st_ino) != NULL;
}

/* ERR_CONFLICT: the name is another file's by now, of which inotify will tell. */
static enum err open_tail(struct followed_files *files, const struct found_file *found,
			  struct file_tail *tail)
{
	const char *path = found->path;
	struct reason why;
	enum err err = files->count < FILES_MAX
			       ? file_tail_open(tail, path, &why)
			       : reason_set(&why, ERR_TOO_LARGE, "too many files are followed");

	if (err != ERR_NONE) {
		if (err != ERR_NOT_FOUND)
			say_trouble(files, path, why.text);
		return err;
	}
	if (troubles_end(&files->troubles, path, NULL))
		log_info("source", "can be followed now log=%s path=%s", files->config->name, path);
	if (tail->inode == found->stat.st_ino && tail->device == found->stat.st_dev)
		return ERR_NONE;
	file_tail_close(tail);
	return ERR_CONFLICT;
}

static struct followed_file *add(struct followed_files *files, const struct file_tail *tail,
				 const struct found_file *found, bool named)
{
	struct followed_file *file = mem_alloc(1, sizeof(*file));

	*file = (struct followed_file){
		.tail = *tail,
		.lines = {.format = files->config->format, .logger = files->config->logger},
		.path = mem_text(found->path),
		.origin = mem_text(found->origin),
		.watch = file_watch_add(files->watch, tail->fd),
		.named = named,
		.unread = true,
		.read_ms = clock_monotonic_ms(),
	};
	snprintf(file->key, sizeof(file->key), "%jx:%jx", (uintmax_t)tail->device, (uintmax_t)tail->inode);
	files->items = mem_resize(files->items, files->count + 1, sizeof(files->items[0]));
	files->items[files->count++] = file;
	log_debug("source", "following log=%s path=%s offset=%jd", files->config->name, found->path,
		  (intmax_t)tail->offset);
	return file;
}

static void release(struct followed_files *files, struct followed_file *file)
{
	file_watch_remove(files->watch, file->watch);
	file_tail_close(&file->tail);
	log_line_parser_free(&file->lines);
	free(file->path);
	free(file->origin);
	free(file);
}

static bool is_older(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

/* Whatever name it still has, it must not be taken for one that was missed. */
static void let_go(struct followed_files *files, struct followed_file *file)
{
	size_t index = 0;
	struct stat state;

	if (fstat(file->tail.fd, &state) == 0 && is_older(files->read_until, state.st_mtim))
		files->read_until = state.st_mtim;
	while (files->items[index] != file)
		index++;
	files->count--;
	memmove(files->items + index, files->items + index + 1,
		(files->count - index) * sizeof(files->items[0]));
	files->sink->forget(files->sink->user, file->key);
	release(files, file);
}

/* --- rotation ----------------------------------------------------------------------------------- */

/*
 * The text behind `position` was truncated away: what had not been read of it may stand in a copy. False if
 * there is none.
 */
static bool follow_copy(struct followed_files *files, const char *origin,
			const struct file_position *position)
{
	struct found_files found = {0};
	bool done = false;

	if (position->offset < FILE_HEAD_MAX)
		return false; /* too little to tell a copy from a stranger */
	file_find_rotated(&found, &files->config->paths);
	for (size_t i = 0; i < found.count && !done; i++) {
		const struct found_file *candidate = &found.items[i];
		struct file_tail tail;

		if (strcmp(candidate->origin, origin) != 0 || is_followed(files, candidate) ||
		    open_tail(files, candidate, &tail) != ERR_NONE)
			continue;
		done = file_tail_matches(&tail, position);
		if (done) {
			file_tail_resume(&tail, position);
			save_position(files, add(files, &tail, candidate, false));
		} else {
			file_tail_close(&tail);
		}
	}
	found_files_free(&found);
	return done;
}

/*
 * Whether a rotated file came and went since we looked: it was written to after the last one we know of the
 * same origin, or, if we know none, after `read_until`. As long as a known one has the name, none was missed.
 */
static bool was_missed(const struct followed_files *files, const struct found_file *found)
{
	const struct timespec *written = &found->stat.st_mtim;
	bool missed = is_older(files->read_until, *written);

	for (size_t i = 0; i < files->count; i++) {
		const struct followed_file *file = files->items[i];
		struct stat state;

		if (strcmp(file->origin, found->origin) != 0 || fstat(file->tail.fd, &state) < 0)
			continue;
		if (file->named && !file->older)
			return false;
		missed = !is_older(*written, state.st_mtim);
	}
	return missed;
}

static void follow_missed(struct followed_files *files, const struct found_file *found)
{
	struct file_tail tail;

	if (was_missed(files, found) && open_tail(files, found, &tail) == ERR_NONE)
		save_position(files, add(files, &tail, found, false));
}

/* Goes on with a file that was rotated while nobody looked, and was not read to its end. */
static bool follow_saved(struct followed_files *files, const struct found_file *found)
{
	for (size_t i = 0; i < files->saved_count; i++) {
		struct saved_file saved = files->saved[i];
		struct file_tail tail;

		if (saved.inode != found->stat.st_ino || open_tail(files, found, &tail) != ERR_NONE)
			continue;
		if (may_belong(&saved, &tail) && file_tail_matches(&tail, &saved.position)) {
			drop_saved(files, i);
			file_tail_resume(&tail, &saved.position);
			add(files, &tail, found, false);
			return true;
		}
		file_tail_close(&tail);
	}
	return false;
}

static void follow_rotated(struct followed_files *files)
{
	struct found_files found = {0};

	file_find_rotated(&found, &files->config->paths);
	for (size_t i = 0; i < found.count; i++)
		if (!is_followed(files, &found.items[i]) && !follow_saved(files, &found.items[i]))
			follow_missed(files, &found.items[i]);
	found_files_free(&found);
}

/* --- names -------------------------------------------------------------------------------------- */

/* Goes on where the saved position says, if there is one; its file may also have been truncated since. */
static void resume_saved(struct followed_files *files, struct file_tail *tail, const char *origin)
{
	for (size_t i = 0; i < files->saved_count; i++) {
		struct saved_file saved = files->saved[i];

		if (!may_belong(&saved, tail))
			continue;
		drop_saved(files, i);
		if (file_tail_matches(tail, &saved.position))
			file_tail_resume(tail, &saved.position);
		else
			follow_copy(files, origin, &saved.position);
		if (saved.device != tail->device)
			files->sink->forget(files->sink->user, saved.key);
		return;
	}
}

static void note_name(struct followed_files *files, const struct found_file *found)
{
	struct followed_file *known = find_inode(files, found->stat.st_dev, found->stat.st_ino);
	struct file_tail tail;

	if (!known) {
		if (open_tail(files, found, &tail) != ERR_NONE)
			return;
		resume_saved(files, &tail, found->origin);
		known = add(files, &tail, found, true);
		if (tail.offset > 0)
			save_position(files, known);
	} else if (strcmp(known->path, found->path) != 0) {
		known->older = true;
		free(known->path);
		known->path = mem_text(found->path);
	}
	known->named = true;
}

/* Those that others wait for first; otherwise the order stays. */
static void sort_files(struct followed_files *files)
{
	struct followed_file **sorted = mem_alloc(files->count + 1, sizeof(files->items[0]));
	size_t count = 0;

	for (int behind = 0; behind <= 1; behind++)
		for (size_t i = 0; i < files->count; i++)
			if (followed_file_is_older(files->items[i]) == !behind)
				sorted[count++] = files->items[i];
	free(files->items);
	files->items = sorted;
}

void followed_files_update(struct followed_files *files)
{
	const struct config_list *patterns = &files->config->paths;
	struct found_files found = {0};

	file_watch_directories(files->watch);
	for (size_t i = 0; i < patterns->count; i++) {
		if (file_find(&found, patterns->items[i]))
			troubles_end(&files->troubles, patterns->items[i], NO_FILE);
		else
			say_trouble(files, patterns->items[i], NO_FILE);
	}
	/* First who kept a name and who lost it, then the new ones: they come behind those that lost theirs.
	 */
	for (size_t i = 0; i < files->count; i++) {
		files->items[i]->named = false;
		files->items[i]->unread = true;
	}
	for (size_t i = 0; i < found.count; i++)
		if (is_followed(files, &found.items[i]))
			note_name(files, &found.items[i]);
	follow_rotated(files);
	for (size_t i = 0; i < found.count; i++)
		note_name(files, &found.items[i]);
	sort_files(files);
	found_files_free(&found);
}

/* --- the rest of a life ------------------------------------------------------------------------- */

bool followed_file_is_older(const struct followed_file *file)
{
	return file->older || !file->named;
}

/* A line's start is all that is left of what was read of a truncated file, unless the line is in a copy. */
bool followed_files_check(struct followed_files *files, struct followed_file *file)
{
	char text[FILE_POSITION_SIZE];
	struct file_position position;

	if (!file_tail_was_truncated(&file->tail))
		return false;
	file_tail_position(&file->tail, text);
	if (file_position_parse(text, &position) != ERR_NONE || !follow_copy(files, file->origin, &position))
		files->owner.finish(files->owner.user, file);
	if (file->named) {
		file_tail_restart(&file->tail);
		save_position(files, file);
	} else {
		let_go(files, file);
	}
	sort_files(files);
	return true;
}

static bool is_deleted(const struct followed_file *file)
{
	struct stat state;

	return fstat(file->tail.fd, &state) == 0 && state.st_nlink == 0;
}

static bool is_over(const struct followed_file *file, int64_t now_ms)
{
	return !file->named && !file->unread &&
	       now_ms - file->read_ms >= (is_deleted(file) ? DELETED_KEPT_MS : ROTATED_KEPT_MS);
}

void followed_files_sweep(struct followed_files *files, int64_t now_ms)
{
	for (size_t i = 0; i < files->count;) {
		struct followed_file *file = files->items[i];

		if (!is_over(file, now_ms)) {
			i++;
			continue;
		}
		files->owner.finish(files->owner.user, file);
		let_go(files, file);
	}
	while (files->saved_count > 0 && now_ms - files->opened_ms > ROTATED_KEPT_MS) {
		files->sink->forget(files->sink->user, files->saved[0].key);
		drop_saved(files, 0);
	}
}

void followed_files_open(struct followed_files *files, const struct config_log *config,
			 const struct source_sink *sink, struct file_watch *watch,
			 const struct followed_files_owner *owner)
{
	*files = (struct followed_files){.config = config,
					 .sink = sink,
					 .watch = watch,
					 .owner = *owner,
					 .opened_ms = clock_monotonic_ms()};
	clock_gettime(CLOCK_REALTIME, &files->read_until);
	sink->positions(sink->user, load_saved, files);
}

void followed_files_close(struct followed_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		if (is_deleted(files->items[i])) /* nobody finds it again */
			files->owner.finish(files->owner.user, files->items[i]);
		release(files, files->items[i]);
	}
	troubles_free(&files->troubles);
	free(files->items);
	free(files->saved);
}
