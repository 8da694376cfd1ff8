/*
 * A list of open files and their lives. A file is live when it is found. Rotation gives it another name or
 * takes its name away, and it may get one back. Without a name it is kept for a while, since its writer may
 * not have noticed, and is then let go. What the names on disk mean, and where reading begins, is for
 * rotation to say; lines are read elsewhere.
 */
#include "reporter/logs/followed_files.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROTATED_KEPT_MS (10 * 60 * 1000) /* a writer may go on with a renamed file for a while */
#define DELETED_KEPT_MS (60 * 1000)

/* A key or a position that is none of ours is passed over. SAMPLE fe01:1a2b3c */
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

static void release(struct followed_files *files, struct followed_file *file)
{
	file_watch_remove(files->watch, file->watch_id);
	file_tail_close(&file->tail);
	line_parser_free(&file->parser);
	free(file->path);
	free(file->origin);
	free(file);
}

static bool is_deleted(const struct followed_file *file)
{
	struct stat state;

	return fstat(file->tail.fd, &state) == 0 && state.st_nlink == 0;
}

void followed_files_close(struct followed_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		/* Any other file's last line can be read by the next run, when it may be whole. */
		if (is_deleted(files->items[i]))
			files->owner.finish(files->owner.user, files->items[i]);
		release(files, files->items[i]);
	}
	buf_free(&files->left_out_names);
	free(files->saved);
	free(files->items);
}

struct followed_file *followed_files_add(struct followed_files *files, const struct file_tail *tail,
					 const struct found_file *found, enum followed_state state)
{
	struct followed_file *file = mem_alloc(1, sizeof(*file));

	*file = (struct followed_file){
		.state = state,
		.tail = *tail,
		.parser = {.format = files->config->format, .logger = files->config->logger},
		.path = mem_text(found->path),
		.origin = mem_text(found->origin),
		.watch_id = file_watch_add(files->watch, tail->fd),
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

struct followed_file *followed_files_find(const struct followed_files *files, const struct found_file *found)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct file_tail *tail = &files->items[i]->tail;

		if (tail->inode == found->stat.st_ino && tail->device == found->stat.st_dev)
			return files->items[i];
	}
	return NULL;
}

bool followed_is_older(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

void followed_files_let_go(struct followed_files *files, struct followed_file *file)
{
	size_t index = 0;
	struct stat state;

	/* It may still have a name that rotation gave it, by which it would look like a file that was missed.
	 */
	if (fstat(file->tail.fd, &state) == 0 && followed_is_older(files->read_until, state.st_mtim))
		files->read_until = state.st_mtim;
	while (files->items[index] != file)
		index++;
	files->count--;
	memmove(files->items + index, files->items + index + 1,
		(files->count - index) * sizeof(files->items[0]));
	files->sink->forget(files->sink->user, file->key);
	release(files, file);
}

void followed_files_sort(struct followed_files *files)
{
	struct followed_file **sorted = mem_alloc(files->count + 1, sizeof(files->items[0]));
	size_t count = 0;

	for (int live = 0; live <= 1; live++)
		for (size_t i = 0; i < files->count; i++)
			if (followed_file_is_live(files->items[i]) == live)
				sorted[count++] = files->items[i];
	free(files->items);
	files->items = sorted;
}

void followed_files_sweep(struct followed_files *files, int64_t now_ms)
{
	for (size_t i = 0; i < files->count;) {
		struct followed_file *file = files->items[i];
		int64_t kept_ms = is_deleted(file) ? DELETED_KEPT_MS : ROTATED_KEPT_MS;

		if (file->state != FOLLOWED_NAMELESS || file->unread || now_ms - file->read_ms < kept_ms) {
			i++;
			continue;
		}
		files->owner.finish(files->owner.user, file);
		followed_files_let_go(files, file);
	}
	/* Saved positions whose files did not turn up by now: the files are gone. */
	if (now_ms - files->opened_ms > ROTATED_KEPT_MS)
		while (files->saved_count > 0)
			files->sink->forget(files->sink->user, files->saved[--files->saved_count].key);
}

bool followed_file_is_live(const struct followed_file *file)
{
	return file->state == FOLLOWED_LIVE || file->state == FOLLOWED_NEW;
}

void followed_file_note_cut(struct followed_file *file, const struct file_position *position)
{
	file->cut = *position;
	clock_gettime(CLOCK_REALTIME, &file->cut_at);
}

void followed_file_move(struct followed_file *file, enum followed_state next)
{
	static const bool LEGAL[FOLLOWED_STATE_COUNT][FOLLOWED_STATE_COUNT] = {
		[FOLLOWED_NEW] =
			{[FOLLOWED_LIVE] = true, [FOLLOWED_RENAMED] = true, [FOLLOWED_NAMELESS] = true},
		[FOLLOWED_LIVE] = {[FOLLOWED_RENAMED] = true, [FOLLOWED_NAMELESS] = true},
		/* Never live again: its lines stay older than those of the file that took its name. Only when
		 * the next copy is written over it, it is another file. */
		[FOLLOWED_RENAMED] = {[FOLLOWED_NEW] = true, [FOLLOWED_NAMELESS] = true},
		[FOLLOWED_NAMELESS] = {[FOLLOWED_LIVE] = true, [FOLLOWED_RENAMED] = true},
	};

	assert(next == file->state || LEGAL[file->state][next]);
	file->state = next;
}
