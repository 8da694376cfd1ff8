/*
 * A path walked component by component, each looked up from the open directory before it, so that what was
 * judged is what is used. Knows nothing of what the file is for.
 */
#include "reporter/base/safe_open.h"

#include "common/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* the kernel's own bound */

static const uid_t NOBODY = (uid_t)-1; /* no file has this owner */

struct walk {
	int fd;		   /* O_PATH; -1 only before the start */
	struct stat state; /* of `fd` */
	struct buf rest;   /* what is still to be walked from there */
	int links;	   /* followed so far */
	uid_t owner;	   /* to whom the file has to belong: others' links were followed; else NOBODY */
	struct reason *why;
};

static enum err say_error(struct reason *why, int error)
{
	return reason_set(why, error == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM, "%s", strerror(error));
}

static bool is_trusted(uid_t user)
{
	return user == 0 || user == geteuid();
}

/* --- the rules ---------------------------------------------------------------------------------- */

static enum err judge_names(const struct walk *walk, const char *name, const struct stat *state)
{
	const struct stat *directory = &walk->state;
	bool shared = directory->st_mode & (S_IWGRP | S_IWOTH);

	if (S_ISDIR(state->st_mode) || state->st_nlink <= 1)
		return ERR_NONE;
	if (!shared && (is_trusted(directory->st_uid) || directory->st_uid == state->st_uid))
		return ERR_NONE;
	return reason_set(walk->why, ERR_FORBIDDEN,
			  "refused: %.64s belongs to user %u and has %ju names; this one may be another "
			  "user's link to it",
			  name, state->st_uid, (uintmax_t)state->st_nlink);
}

static enum err judge_link(struct walk *walk, const char *name, const struct stat *link)
{
	if (is_trusted(link->st_uid))
		return ERR_NONE;
	if (walk->owner != NOBODY && walk->owner != link->st_uid)
		return reason_set(walk->why, ERR_FORBIDDEN,
				  "refused: behind a link of user %u, %.64s is a link of user %u",
				  walk->owner, name, link->st_uid);
	walk->owner = link->st_uid;
	return ERR_NONE;
}

static enum err judge_file(const struct walk *walk)
{
	if (walk->owner != NOBODY && walk->owner != walk->state.st_uid)
		return reason_set(walk->why, ERR_FORBIDDEN,
				  "refused: a link of user %u leads to a file of user %u", walk->owner,
				  walk->state.st_uid);
	if (!S_ISREG(walk->state.st_mode))
		return reason_set(walk->why, ERR_INVALID, "not a regular file");
	return ERR_NONE;
}

/* --- walking ------------------------------------------------------------------------------------ */

static void move_to(struct walk *walk, int fd, const struct stat *state)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	walk->state = *state;
}

/* To where a path begins, or, for a relative one behind a link, nowhere else. */
static enum err go_to_start(struct walk *walk, const char *path)
{
	struct stat state;
	int fd;

	if (*path != '/' && walk->fd >= 0)
		return ERR_NONE;
	fd = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &state) < 0) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return say_error(walk->why, error);
	}
	move_to(walk, fd, &state);
	return ERR_NONE;
}

/* Puts a link's text before the rest of the path. */
static enum err follow(struct walk *walk, int link)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);
	struct buf rest = {0};

	if (len < 0)
		return say_error(walk->why, errno);
	if (++walk->links > LINKS_MAX)
		return say_error(walk->why, ELOOP);
	target[len] = '\0';
	buf_printf(&rest, "%s/%s", target, buf_string(&walk->rest));
	buf_free(&walk->rest);
	walk->rest = rest;
	return go_to_start(walk, target);
}

static enum err step(struct walk *walk, const char *name)
{
	int fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat state;
	enum err err;

	if (fd < 0)
		return say_error(walk->why, errno);
	err = fstat(fd, &state) < 0 ? say_error(walk->why, errno) : judge_names(walk, name, &state);
	if (err == ERR_NONE && !S_ISLNK(state.st_mode)) {
		move_to(walk, fd, &state);
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = judge_link(walk, name, &state);
	if (err == ERR_NONE)
		err = follow(walk, fd);
	close(fd);
	return err;
}

/* Takes the next component off the rest; false if there is none, "" if it is too long to be a name. */
static bool next_name(struct walk *walk, char name[NAME_MAX + 1])
{
	const char *rest = buf_string(&walk->rest);
	size_t slashes = strspn(rest, "/"), len = strcspn(rest + slashes, "/");

	*name = '\0';
	if (len <= NAME_MAX)
		(void)snprintf(name, NAME_MAX + 1, "%.*s", (int)len, rest + slashes);
	buf_consume(&walk->rest, slashes + len);
	return len > 0;
}

static enum err walk_to_file(struct walk *walk, const char *path)
{
	char name[NAME_MAX + 1];
	enum err err;

	buf_text(&walk->rest, path);
	err = go_to_start(walk, path);
	while (err == ERR_NONE && next_name(walk, name))
		err = *name ? step(walk, name) : say_error(walk->why, ENAMETOOLONG);
	return err == ERR_NONE ? judge_file(walk) : err;
}

/* An O_PATH descriptor's file, opened to be read, without asking for its name again. */
static enum err open_again(int path_fd, int *out, struct reason *why)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return reason_set(why, ERR_SYSTEM, "%s", strerror(errno));
	*out = fd;
	return ERR_NONE;
}

enum err safe_open(const char *path, int *fd, struct stat *file, struct reason *why)
{
	struct walk walk = {.fd = -1, .owner = NOBODY, .why = why};
	enum err err = walk_to_file(&walk, path);

	if (err == ERR_NONE)
		err = open_again(walk.fd, fd, why);
	if (err == ERR_NONE)
		*file = walk.state;
	if (walk.fd >= 0)
		close(walk.fd);
	buf_free(&walk.rest);
	return err;
}
