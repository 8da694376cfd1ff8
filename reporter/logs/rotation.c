/*
 * Which log files are followed, and what rotation means for them. Lines are read elsewhere; here it is
 * decided where reading begins.
 *
 * The problem. A log's name stays and its file does not. Rotation renames the file and its writer makes a new
 * one (logrotate's default), or it copies the file and truncates it (copytruncate, or `cp` and `: >` by
 * hand), once or several times between two looks of ours, also while we do not run. We must read each line
 * once, and a log's lines in their order.
 *
 * The idea. A file is never known by its name, but by device, inode and a digest of its first bytes, and it
 * is held open: a rename changes nothing for us but its state, and it is read to its end before the file that
 * took its name. A truncated file is one that is shorter than what was read of it, or begins otherwise; it is
 * read from its start. What had not been read of it is looked for among the files that rotation may have made
 * (NAME.1, NAME-20251117): the copy is the one that begins with the same bytes and reaches as far as our
 * position, and it is followed from there. A pattern may match the copies themselves (*.log and app.1.log): a
 * file that turns up and begins like one that was read is not read itself before that one was truncated,
 * which tells that it is a copy, or a minute has passed. If rotation reuses the name of a copy we are still
 * reading, we stop reading it. A rotated file that we never held, because two rotations came between two
 * looks, is known by its time: it was written to after the files of the same origin that we know.
 *
 * Why not the obvious way. To follow the name (tail -F) loses what was written between the last read and the
 * rename. To remember the inode alone takes another file for ours as soon as the file system reuses the
 * number, and misses a truncation after which the file has grown beyond our offset.
 *
 * What must stay true. A file that is followed from the middle saves its position at once: a restart before
 * its next line must not begin at its start. Files that have lost their name are read before those that took
 * it. A file that is let go is never followed again, whatever name it still has (`read_until`).
 */
#include "reporter/logs/rotation.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/logs/path_troubles.h"

#include <stdlib.h>
#include <string.h>

/* After its last write, we wait so long for the truncation that makes a file a copy. */
#define COPY_MAX_S 60

static const char NO_FILE[] = "there is no such file yet";

/* Opens a file that was found. ERR_TOO_LARGE: too many are open. ERR_CONFLICT: the name is another file's by
 * now, as inotify will tell. */
static enum err open_tail(struct followed_files *files, const struct found_file *found,
			  struct file_tail *tail)
{
	const char *path = found->path;
	struct reason why;
	enum err err;

	if (files->count >= FOLLOWED_FILES_MAX)
		return ERR_TOO_LARGE;
	err = file_tail_open(tail, path, &why);
	if (err == ERR_NOT_FOUND)
		return err; /* removed since it was found, which is no trouble */
	if (err != ERR_NONE) {
		path_troubles_begin(files, path, why.text);
		return err;
	}
	if (path_troubles_end(files, path, NULL))
		log_info("source", "can be followed now log=%s path=%s", files->config->name, path);
	if (tail->inode != found->stat.st_ino || tail->device != found->stat.st_dev) {
		file_tail_close(tail);
		return ERR_CONFLICT;
	}
	return ERR_NONE;
}

static void save_position(struct followed_files *files, struct followed_file *file)
{
	char position[FILE_POSITION_SIZE];

	file_position_write(file_tail_position(&file->tail), position);
	files->sink->take(files->sink->user, NULL, file->key, position);
}

/*
 * Whether a saved position may be the open file's. Devices may get other numbers when a machine or a
 * container starts again; the inode and the digest of a whole head are enough then.
 */
static bool may_belong(const struct saved_file *saved, const struct file_tail *tail)
{
	return saved->inode == tail->inode &&
	       (saved->device == tail->device || saved->position.offset >= FILE_HEAD_MAX);
}

/*
 * The file of a saved position was met again. Its positions have another key from now on if its device got
 * another number; two keys for one file would be two places to go on at.
 */
static void drop_saved(struct followed_files *files, size_t index, const struct file_tail *tail)
{
	struct saved_file *saved = &files->saved[index];

	if (saved->device != tail->device)
		files->sink->forget(files->sink->user, saved->key);
	*saved = files->saved[--files->saved_count];
}

/* --- files that were rotated -------------------------------------------------------------------- */

/*
 * The text behind `position` was truncated away: follows the copy that rotation made of it, from there. False
 * if there is none, or too little was read to tell a copy from another file.
 */
static bool follow_copy(struct followed_files *files, const char *origin,
			const struct file_position *position)
{
	struct found_files found = {0};
	bool done = false;

	if (position->offset < FILE_HEAD_MAX)
		return false;
	file_find_rotated(&found, &files->config->paths);
	for (size_t i = 0; i < found.count && !done; i++) {
		const struct found_file *candidate = &found.items[i];
		struct file_tail tail;

		if (strcmp(candidate->origin, origin) != 0 || followed_files_find(files, candidate) ||
		    open_tail(files, candidate, &tail) != ERR_NONE)
			continue;
		done = file_tail_resume(&tail, position);
		if (!done) {
			file_tail_close(&tail);
			continue;
		}
		save_position(files, followed_files_add(files, &tail, candidate, FOLLOWED_NAMELESS));
	}
	found_files_free(&found);
	return done;
}

/* Goes on with a file that was rotated while we did not run and was not read to its end. */
static bool follow_saved(struct followed_files *files, const struct found_file *found)
{
	for (size_t i = 0; i < files->saved_count; i++) {
		struct saved_file saved = files->saved[i];
		struct file_tail tail;

		if (saved.inode != found->stat.st_ino || open_tail(files, found, &tail) != ERR_NONE)
			continue;
		if (!may_belong(&saved, &tail) || !file_tail_resume(&tail, &saved.position)) {
			file_tail_close(&tail);
			continue;
		}
		drop_saved(files, i, &tail);
		save_position(files, followed_files_add(files, &tail, found, FOLLOWED_NAMELESS));
		return true;
	}
	return false;
}

/*
 * Whether a rotated file came and went since we looked: it was written to after the last one that we know of
 * the same origin, or, if we know none, after `read_until`. While a live file has the name, none can have
 * been missed.
 */
static bool was_missed(const struct followed_files *files, const struct found_file *found)
{
	const struct timespec *written = &found->stat.st_mtim;
	bool missed = followed_is_older(files->read_until, *written);

	for (size_t i = 0; i < files->count; i++) {
		const struct followed_file *file = files->items[i];
		struct stat state;

		if (strcmp(file->origin, found->origin) != 0 || fstat(file->tail.fd, &state) < 0)
			continue;
		if (followed_file_is_live(file))
			return false;
		missed = !followed_is_older(*written, state.st_mtim);
	}
	return missed;
}

static void follow_rotated(struct followed_files *files)
{
	struct found_files found = {0};

	file_find_rotated(&found, &files->config->paths);
	for (size_t i = 0; i < found.count; i++) {
		const struct found_file *candidate = &found.items[i];
		struct file_tail tail;

		if (followed_files_find(files, candidate) || follow_saved(files, candidate) ||
		    !was_missed(files, candidate) || open_tail(files, candidate, &tail) != ERR_NONE)
			continue;
		save_position(files, followed_files_add(files, &tail, candidate, FOLLOWED_NAMELESS));
	}
	found_files_free(&found);
}

/* --- files that the patterns name --------------------------------------------------------------- */

/*
 * Goes on where the saved position says, if there is one. The file may have been truncated since; if no copy
 * is found of what had not been read, *cut says up to where it had.
 */
static void resume_saved(struct followed_files *files, struct file_tail *tail, const char *origin,
			 struct file_position *cut)
{
	for (size_t i = 0; i < files->saved_count; i++) {
		struct saved_file saved = files->saved[i];

		if (!may_belong(&saved, tail))
			continue;
		drop_saved(files, i, tail);
		if (!file_tail_resume(tail, &saved.position) && !follow_copy(files, origin, &saved.position))
			*cut = saved.position;
		return;
	}
}

/* A pattern names this file: follows it, or notes the name it has now. */
static void note_name(struct followed_files *files, const struct found_file *found)
{
	struct followed_file *known = followed_files_find(files, found);
	struct file_position cut = {0};
	struct file_tail tail;

	if (!known) {
		enum err err = open_tail(files, found, &tail);

		if (err == ERR_TOO_LARGE && ++files->left_out <= PATH_TROUBLES_NAMED)
			buf_printf(&files->left_out_names, " %s", found->path);
		if (err != ERR_NONE)
			return;
		resume_saved(files, &tail, found->origin, &cut);
		known = followed_files_add(files, &tail, found,
					   tail.offset > 0 ? FOLLOWED_LIVE : FOLLOWED_NEW);
		followed_file_note_cut(known, &cut);
		if (tail.offset > 0)
			save_position(files, known);
	} else if (strcmp(known->path, found->path) != 0) {
		followed_file_move(known, FOLLOWED_RENAMED);
		free(known->path);
		known->path = mem_text(found->path);
	} else if (known->state == FOLLOWED_NAMELESS) {
		followed_file_move(known, FOLLOWED_LIVE);
	}
}

void rotation_update(struct followed_files *files)
{
	const struct config_list *patterns = &files->config->paths;
	struct found_files found = {0};

	file_watch_directories(files->watch);
	path_troubles_keep(files);
	for (size_t i = 0; i < patterns->count; i++) {
		if (file_find(&found, patterns->items[i]))
			path_troubles_end(files, patterns->items[i], NO_FILE);
		else
			path_troubles_begin(files, patterns->items[i], NO_FILE);
	}
	/* What became of the files that we know, then what rotation left, then what is new: so a new file
	 * stands behind those whose name it took. */
	for (size_t i = 0; i < files->count; i++) {
		struct followed_file *file = files->items[i];
		bool named = false;

		file->unread = true;
		for (size_t j = 0; j < found.count; j++)
			named |= found.items[j].stat.st_ino == file->tail.inode &&
				 found.items[j].stat.st_dev == file->tail.device;
		if (!named)
			followed_file_move(file, FOLLOWED_NAMELESS);
	}
	for (size_t i = 0; i < found.count; i++)
		if (followed_files_find(files, &found.items[i]))
			note_name(files, &found.items[i]);
	follow_rotated(files);
	files->left_out = 0;
	buf_clear(&files->left_out_names);
	for (size_t i = 0; i < found.count; i++)
		note_name(files, &found.items[i]);
	path_troubles_left_out(files);
	followed_files_sort(files);
	found_files_free(&found);
}

/* --- copies that a pattern names ---------------------------------------------------------------- */

/* The new file is a copy: goes on behind `position`, if it has that text. */
static bool take_as_copy(struct followed_files *files, struct followed_file *file,
			 const struct file_position *position)
{
	if (position->offset < FILE_HEAD_MAX || !file_tail_resume(&file->tail, position))
		return false;
	followed_file_move(file, FOLLOWED_RENAMED);
	save_position(files, file);
	return true;
}

/*
 * Finds out whether a new file is the copy of another one that was truncated since. While it may still become
 * one, it stays new, but not forever: a copy without truncation, and a file that has the same text by chance,
 * are read as files of their own.
 */
static void identify(struct followed_files *files, struct followed_file *file)
{
	bool waits = false;
	struct stat state;

	if (fstat(file->tail.fd, &state) < 0 || state.st_size == 0)
		return;
	for (size_t i = 0; i < files->count; i++) {
		struct followed_file *other = files->items[i];

		if (other == file)
			continue;
		/* A copy was written before the truncation. */
		if (!followed_is_older(other->cut_at, state.st_mtim) &&
		    take_as_copy(files, file, &other->cut))
			return;
		waits |= file_tail_was_truncated(&other->tail) || /* which is noticed soon */
			 file_tail_begins_like(&file->tail, &other->tail);
	}
	if (!waits || clock_now_ms() / 1000 - state.st_mtim.tv_sec >= COPY_MAX_S)
		followed_file_move(file, FOLLOWED_LIVE);
}

/* Of a text that was truncated away: goes on with a new file that is its copy. False if there is none. */
static bool follow_new_copy(struct followed_files *files, const struct file_position *position)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i]->state == FOLLOWED_NEW && take_as_copy(files, files->items[i], position))
			return true;
	return false;
}

bool rotation_check(struct followed_files *files, struct followed_file *file)
{
	static const struct file_position START = {0};
	struct file_position position;

	if (file->state == FOLLOWED_NEW) {
		identify(files, file);
		if (file->state != FOLLOWED_RENAMED)
			return false;
		followed_files_sort(files);
		return true;
	}
	if (!file_tail_was_truncated(&file->tail))
		return false;
	position = file_tail_position(&file->tail);
	/* Without a copy, the start of a line without its end is all that is left of the text. */
	if (!follow_copy(files, file->origin, &position) && !follow_new_copy(files, &position))
		files->owner.finish(files->owner.user, file);
	if (file->state == FOLLOWED_NAMELESS) {
		followed_files_let_go(files, file);
	} else {
		(void)file_tail_resume(&file->tail, &START);
		save_position(files, file);
		followed_file_note_cut(file, &position);
		if (file->state == FOLLOWED_RENAMED)
			followed_file_move(file, FOLLOWED_NEW);
	}
	followed_files_sort(files);
	return true;
}
