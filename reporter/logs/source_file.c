/*
 * Log lines from files: when files are read, how much of each in a turn, and what is made of a line. Which
 * files are followed, and from where on, is for rotation to say; how one is read is file_tail's.
 */
#include "reporter/logs/source.h"

#include "common/clock.h"
#include "common/mem.h"
#include "reporter/logs/followed_files.h"
#include "reporter/logs/rotation.h"

#include <stdlib.h>

#define BYTES_A_TURN (256 * 1024) /* of one file, so that a loud file does not starve the loop */
#define BYTES_A_STEP (16 * 1024)  /* what is still taken when the spool says pause */

struct source_reader {
	struct source_sink sink;
	struct file_watch *watch;
	struct followed_files files;
	struct followed_file *reading; /* the file whose lines on_line gets */
	struct timer *first, *more;
	bool paused;
};

static void on_line(void *user, const char *line, size_t len)
{
	struct source_reader *reader = user;
	struct followed_file *file = reader->reading;
	char position[FILE_POSITION_SIZE];
	struct entry entry;

	file_position_write(file_tail_position(&file->tail), position);
	if (len == 0 && !line_is_open(&file->parser)) {
		reader->sink.take(reader->sink.user, NULL, file->key, position);
		return;
	}
	/* Before the end of what is several lines nothing is given on, so that it would be read again. */
	if (!line_read(&file->parser, line, len, clock_now_ms(), &entry))
		return;
	reader->sink.take(reader->sink.user, &entry, file->key, position);
}

static void on_finish(void *user, struct followed_file *file)
{
	struct source_reader *reader = user;
	char position[FILE_POSITION_SIZE];
	struct entry entry;

	reader->reading = file;
	file_tail_finish(&file->tail, on_line, reader);
	file_position_write(file_tail_position(&file->tail), position);
	while (line_flush(&file->parser, clock_now_ms(), &entry))
		reader->sink.take(reader->sink.user, &entry, file->key, position);
	reader->reading = NULL;
}

/* Gives each file that has something unread its share of a turn. */
static void read_files(void *user)
{
	struct source_reader *reader = user;
	bool more = false;

	for (size_t i = 0; i < reader->files.count && !reader->paused; i++) {
		struct followed_file *file = reader->files.items[i];
		int64_t before = file->tail.scanned;

		if (file->state == FOLLOWED_NEW)
			continue; /* it may be a copy of what was read */
		reader->reading = file;
		for (size_t done = 0; done < BYTES_A_TURN && file->unread && !reader->paused;
		     done += BYTES_A_STEP)
			file->unread = file_tail_read(&file->tail, BYTES_A_STEP, on_line, reader);
		reader->reading = NULL;
		if (file->tail.scanned != before)
			file->read_ms = clock_monotonic_ms();
		more |= file->unread;
		/* The files behind one that rotation left have newer lines: they wait until it is at its end.
		 */
		if (file->unread && file->state != FOLLOWED_LIVE)
			break;
	}
	if (more && !reader->paused)
		timer_start(reader->more, 0);
}

static void on_written(void *user, int id)
{
	struct source_reader *reader = user;

	for (size_t i = 0; i < reader->files.count; i++) {
		struct followed_file *file = reader->files.items[i];

		if (file->watch_id == id)
			file->unread = true;
	}
}

/* Also while paused: a file that loses its name or its text must be held before it is gone. */
static void on_turn(void *user, bool names)
{
	struct source_reader *reader = user;
	size_t i = 0;

	if (names)
		rotation_update(&reader->files);
	while (i < reader->files.count) {
		struct followed_file *file = reader->files.items[i++];

		if (file->unread && rotation_check(&reader->files, file))
			i = 0; /* the files have another order now */
	}
	read_files(reader);
}

static void on_first_turn(void *user)
{
	on_turn(user, true);
}

static struct source_reader *file_open(struct loop *loop, const struct config_log *config,
				       const struct source_sink *sink)
{
	struct source_reader *reader = mem_alloc(1, sizeof(*reader));
	const struct file_watch_events events = {.user = reader, .written = on_written, .turn = on_turn};
	const struct followed_files_owner owner = {.user = reader, .finish = on_finish};

	reader->sink = *sink;
	reader->watch = file_watch_new(loop, &config->paths, &events);
	reader->more = loop_timer(loop, read_files, reader);
	followed_files_open(&reader->files, config, &reader->sink, reader->watch, &owner);
	reader->first = loop_timer(loop, on_first_turn, reader);
	timer_start(reader->first, 0);
	return reader;
}

static void file_pause(struct source_reader *reader)
{
	reader->paused = true;
	timer_stop(reader->more);
}

static void file_resume(struct source_reader *reader)
{
	reader->paused = false;
	timer_start(reader->more, 0);
}

static void file_sweep(struct source_reader *reader)
{
	on_turn(reader, true);
	followed_files_sweep(&reader->files, clock_monotonic_ms());
}

static void file_close(struct source_reader *reader)
{
	if (!reader)
		return;
	followed_files_close(&reader->files);
	file_watch_free(reader->watch);
	timer_free(reader->first);
	timer_free(reader->more);
	free(reader);
}

const struct source source_file = {
	.name = "file",
	.open = file_open,
	.pause = file_pause,
	.resume = file_resume,
	.sweep = file_sweep,
	.close = file_close,
};
