/* Locks on bytes of a file in memory. Which bytes stand for whom is known here alone. */
#include "fcgi/http/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An offset is made of the kind, a digest of the name (0: all together) and the number of the turn. */
#define KIND_SHIFT  56
#define NAME_SHIFT  12
#define NAME_DIGEST ((UINT64_C(1) << (KIND_SHIFT - NAME_SHIFT)) - 1)

enum err turns_open(int *turns, struct reason *why)
{
	int fd = memfd_create("turns", MFD_CLOEXEC);

	if (fd < 0)
		return reason_set(why, ERR_SYSTEM, "cannot make a file in memory: %s", strerror(errno));
	*turns = fd;
	return ERR_NONE;
}

static int64_t first_of_all(enum turn_kind kind)
{
	return (int64_t)kind << KIND_SHIFT;
}

/* FNV-1a. Two names that meet share their turns. */
static int64_t first_of_one(enum turn_kind kind, const char *name)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		digest = (digest ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return first_of_all(kind) | (int64_t)(1 + digest % NAME_DIGEST) << NAME_SHIFT;
}

static bool change(int turns, int how, short type, int64_t byte)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int failed;

	do
		failed = fcntl(turns, how, &lock);
	while (failed && errno == EINTR);
	return !failed;
}

static int64_t take_one(int turns, int64_t first, int64_t limit)
{
	for (int64_t i = 0; i < limit; i++)
		if (change(turns, F_SETLK, F_WRLCK, first + i))
			return first + i;
	return -1;
}

enum turn_refusal turns_try(int turns, enum turn_kind kind, const char *name,
			    const struct turn_limits *limits, struct turn *out)
{
	struct turn turn = {-1, take_one(turns, first_of_one(kind, name), limits->of_one)};

	if (turn.of_one < 0)
		return TURN_NONE_OF_ONE;
	turn.of_all = take_one(turns, first_of_all(kind), limits->of_all);
	if (turn.of_all < 0) {
		turns_end(turns, &turn);
		return TURN_NONE_OF_ALL;
	}
	*out = turn;
	return TURN_TAKEN;
}

void turns_wait(int turns, enum turn_kind kind, int64_t limit, struct turn *out)
{
	int64_t first = first_of_all(kind), any = first + getpid() % limit;
	int64_t taken = take_one(turns, first, limit);

	/* All are taken: any is as good to wait for. Where the kernel keeps no more locks, one goes without.
	 */
	if (taken < 0 && change(turns, F_SETLKW, F_WRLCK, any))
		taken = any;
	*out = (struct turn){taken, -1};
}

void turns_end(int turns, struct turn *turn)
{
	if (turn->of_all >= 0)
		(void)change(turns, F_SETLK, F_UNLCK, turn->of_all);
	if (turn->of_one >= 0)
		(void)change(turns, F_SETLK, F_UNLCK, turn->of_one);
	*turn = (struct turn){-1, -1};
}
