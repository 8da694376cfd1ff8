/*
 * A path walked component by component, so that what was judged is what is opened. It knows nothing of what
 * the file is for.
 *
 * The problem. The reporter often runs as root, is told to read /var/log/app/x.log, and shows what it reads
 * on the page; and /var/log/app belongs to the user `app`. That user can replace x.log by a symbolic link to
 * /etc/shadow, or make x.log a second name (a hard link) of somebody else's file, and then reads on the page
 * what the system keeps from them. Looking first (lstat) and opening then does not help: the user swaps the
 * file between the two, and can do so as often as it takes. O_NOFOLLOW alone does not help either: it guards
 * only the last component, and it refuses honest links (current.log, /var/log on another disk) as well.
 *
 * The idea. We do what the kernel does when it resolves a path, but in steps that we can judge. Each
 * component is opened from the directory before it with O_PATH | O_NOFOLLOW: that is a descriptor of the very
 * link, file or directory, and it cannot be swapped any more, whatever happens to the name. We judge what
 * fstat says of that descriptor. A link's text is read through the same descriptor and put before what is
 * still to be walked. At the end the file is opened for reading through /proc/self/fd, which asks for no name
 * again.
 *
 * What must stay true: nothing is used that was not judged, so no step may take a path where it could take a
 * descriptor. And the file that is opened is a regular one: opening a FIFO could wait for ever, and opening a
 * device can do anything.
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

#define LINKS_MAX 40 /* the kernel's own bound, see path_resolution(7) */

static const uid_t NOBODY = (uid_t)-1; /* no file has this owner */

struct walk {
	int fd;		   /* where the walk is, opened with O_PATH; -1 before its start */
	struct stat state; /* of `fd` */
	struct buf rest;   /* what is still to be walked from there */
	int links;	   /* how many were followed */
	uid_t owner; /* a link of this user was followed, so the file must be the user's too; NOBODY: none was
		      */
	struct reason *why;
};

static enum err refuse_errno(struct reason *why, int error)
{
	return reason_set(why, error == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM, "%s", strerror(error));
}

static bool is_trusted(uid_t user)
{
	return user == 0 || user == geteuid();
}

/* --- the rules ---------------------------------------------------------------------------------- */

/*
 * A file with several names: whoever can write in this directory could have given it this one. That is fine
 * if only its owner, root or we can.
 */
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

/* Whether we may follow the link. If an unprivileged user made it, the file must in the end be that user's
 * own. */
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

/* --- walking ------------------------------------------------------------------------------------ */

static void move_to(struct walk *walk, int fd, const struct stat *state)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	walk->state = *state;
}

/* Goes to where a path begins: to / for an absolute path, to the working directory for the caller's relative
 * one. A link's relative text goes on from the directory that the link is in, where the walk is already. */
static enum err go_to_start(struct walk *walk, const char *path)
{
	struct stat state;
	int fd;

	if (*path != '/' && walk->fd >= 0)
		return ERR_NONE;
	fd = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return refuse_errno(walk->why, errno);
	if (fstat(fd, &state) < 0) {
		enum err err = refuse_errno(walk->why, errno);

		close(fd);
		return err;
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
		return refuse_errno(walk->why, errno);
	if (++walk->links > LINKS_MAX)
		return refuse_errno(walk->why, ELOOP);
	target[len] = '\0';
	buf_printf(&rest, "%s/%s", target, buf_string(&walk->rest));
	buf_free(&walk->rest);
	walk->rest = rest;
	return go_to_start(walk, target);
}

/* Walks over one component: judges it, then goes there or, if it is a link, follows it. */
static enum err step(struct walk *walk, const char *name)
{
	int fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat state;
	enum err err;

	if (fd < 0)
		return refuse_errno(walk->why, errno);
	if (fstat(fd, &state) < 0) {
		err = refuse_errno(walk->why, errno);
		goto out;
	}
	err = judge_names(walk, name, &state);
	if (err != ERR_NONE)
		goto out;
	if (!S_ISLNK(state.st_mode)) {
		move_to(walk, fd, &state);
		return ERR_NONE;
	}
	err = judge_link(walk, name, &state);
	if (err != ERR_NONE)
		goto out;
	err = follow(walk, fd);
out:
	close(fd);
	return err;
}

/* Takes the next component off the rest. False if there is none; *name is "" if it is too long for a name. */
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

/* Opens the file where the walk has ended, if it is one that may be opened. */
static enum err open_here(const struct walk *walk, int *out)
{
	char path[64];
	int fd;

	if (walk->owner != NOBODY && walk->owner != walk->state.st_uid)
		return reason_set(walk->why, ERR_FORBIDDEN,
				  "refused: a link of user %u leads to a file of user %u", walk->owner,
				  walk->state.st_uid);
	if (!S_ISREG(walk->state.st_mode))
		return reason_set(walk->why, ERR_INVALID, "not a regular file");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", walk->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return reason_set(walk->why, ERR_SYSTEM, "%s", strerror(errno));
	*out = fd;
	return ERR_NONE;
}

enum err safe_open(const char *path, int *fd, struct stat *file, struct reason *why)
{
	struct walk walk = {.fd = -1, .owner = NOBODY, .why = why};
	char name[NAME_MAX + 1];
	enum err err;

	buf_text(&walk.rest, path);
	err = go_to_start(&walk, path);
	if (err != ERR_NONE)
		goto out;
	while (next_name(&walk, name)) {
		err = *name ? step(&walk, name) : refuse_errno(why, ENAMETOOLONG);
		if (err != ERR_NONE)
			goto out;
	}
	err = open_here(&walk, fd);
	if (err != ERR_NONE)
		goto out;
	*file = walk.state;
out:
	if (walk.fd >= 0)
		close(walk.fd);
	buf_free(&walk.rest);
	return err;
}
