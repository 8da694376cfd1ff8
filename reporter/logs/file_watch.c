/* inotify on the directories of path patterns and on followed files. Opens and reads no file itself. */
#include "reporter/logs/file_watch.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#define DIRECTORY_EVENTS                                                                                   \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | \
	 IN_ONLYDIR)

enum { EVENTS_SIZE_BYTES = 64 * 1024 };

struct directory {
	int id;
	bool above; /* a pattern's directory may be made in it, so every name counts */
};

struct file_watch {
	const struct config_list *patterns;
	struct file_watch_events events;
	int fd; /* -1: there is no inotify */
	struct watch *watch;
	struct directory *directories;
	size_t count;
	bool troubled; /* the kernel refused a watch, which was logged */
};

static struct directory *find_directory(struct file_watch *watch, int id)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->directories[i].id == id)
			return &watch->directories[i];
	return NULL;
}

/* Tells of a file that was written to. True if the event may change which files the patterns name. */
static bool handle(struct file_watch *watch, const struct inotify_event *event)
{
	struct directory *directory = find_directory(watch, event->wd);

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (!directory) {
		if (event->mask & IN_MODIFY)
			watch->events.written(watch->events.user, event->wd);
		return false;
	}
	if (event->mask & IN_IGNORED) {
		*directory = watch->directories[--watch->count];
		return true;
	}
	if (event->len == 0 || directory->above)
		return true;
	/* Its directory is right, so only the name has to fit. */
	for (size_t i = 0; i < watch->patterns->count; i++) {
		const char *slash = strrchr(watch->patterns->items[i], '/');

		if (fnmatch(slash ? slash + 1 : watch->patterns->items[i], event->name, 0) == 0)
			return true;
	}
	return false;
}

static void on_events(void *user, uint32_t ready)
{
	struct file_watch *watch = user;
	_Alignas(struct inotify_event) char data[EVENTS_SIZE_BYTES];
	bool names = false;
	ssize_t got;

	(void)ready;
	while ((got = read(watch->fd, data, sizeof(data))) > 0) {
		for (const char *at = data; at < data + got;) {
			const struct inotify_event *event = (const void *)at;

			names |= handle(watch, event);
			at += sizeof(*event) + event->len;
		}
	}
	watch->events.turn(watch->events.user, names);
}

struct file_watch *file_watch_new(struct loop *loop, const struct config_list *patterns,
				  const struct file_watch_events *events)
{
	struct file_watch *watch = mem_alloc(1, sizeof(*watch));

	watch->patterns = patterns;
	watch->events = *events;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0)
		log_error("source",
			  "inotify is not available, log files are read only every minute error=\"%s\"",
			  strerror(errno));
	else
		watch->watch = loop_watch(loop, watch->fd, EPOLLIN, on_events, watch);
	return watch;
}

void file_watch_free(struct file_watch *watch)
{
	if (!watch)
		return;
	watch_free(watch->watch);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch->directories);
	free(watch);
}

static int add_watch(struct file_watch *watch, const char *path, uint32_t events)
{
	int id = watch->fd < 0 ? -1 : inotify_add_watch(watch->fd, path, events);

	if (id < 0 && watch->fd >= 0 && errno != ENOENT && !watch->troubled) {
		log_warning("source",
			    "cannot watch for changes, log files there are read only every minute path=%s "
			    "error=\"%s\"",
			    path, strerror(errno));
		watch->troubled = true;
	}
	return id;
}

static void add_directory(struct file_watch *watch, const char *path, bool above)
{
	int id = add_watch(watch, path, DIRECTORY_EVENTS);
	struct directory *known = find_directory(watch, id);

	if (id < 0)
		return;
	if (!known) {
		watch->directories =
			mem_resize(watch->directories, watch->count + 1, sizeof(watch->directories[0]));
		known = &watch->directories[watch->count++];
		*known = (struct directory){.id = id};
	}
	known->above |= above;
}

void file_watch_directories(struct file_watch *watch)
{
	for (size_t i = 0; i < watch->patterns->count; i++) {
		char *copy = mem_text(watch->patterns->items[i]), *path = copy;
		bool above = false, enough = false;

		/* Up to the first directory that exists and does not depend on a wildcard: it stays. */
		while (!enough) {
			glob_t found = {0};
			int result;

			path = dirname(path);
			result = glob(path, GLOB_ONLYDIR, NULL, &found);
			for (size_t j = 0; j < found.gl_pathc; j++)
				add_directory(watch, found.gl_pathv[j], above);
			enough = (result == 0 && !strpbrk(path, "*?[")) || strlen(path) == 1;
			above = true;
			globfree(&found);
		}
		free(copy);
	}
}

int file_watch_add(struct file_watch *watch, int fd)
{
	char path[64];

	/* By the descriptor, since the name may be another file's by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return add_watch(watch, path, IN_MODIFY);
}

void file_watch_remove(struct file_watch *watch, int id)
{
	if (id >= 0)
		inotify_rm_watch(watch->fd, id);
}
