/*
 * Semaphores as locks on bytes of a file. Which byte stands for which slot is known here alone; what is
 * guarded, and how many slots there are, is not.
 *
 * A semaphore of N slots is N bytes in a row, and a process takes a slot by locking any of them. A limit for
 * each user as well means a row for each user, whose place in the file is made of a digest of the name: there
 * is nothing to register or to clean up. The file stays empty, since a lock needs no data, and its offsets
 * have 63 bits.
 *
 * These are POSIX locks, which belong to the process: the kernel releases them when it ends. They cannot tell
 * two slots of the same process apart, so a process has at most one slot of a kind. And they are
 * released when any descriptor of the file is closed, so a process opens it nowhere else.
 */
#include "fcgi/http/semaphore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An offset is made of the kind, a digest of the user (0: all users) and the number of the slot. */
#define KIND_SHIFT  56
#define USER_SHIFT  12
#define USER_DIGEST ((UINT64_C(1) << (KIND_SHIFT - USER_SHIFT)) - 1)

enum err semaphores_open(int *fd, struct reason *why)
{
	int opened = memfd_create("semaphores", MFD_CLOEXEC);

	if (opened < 0)
		return reason_set(why, ERR_SYSTEM, "cannot make a file in memory: %s", strerror(errno));
	*fd = opened;
	return ERR_NONE;
}

/* The first slot of a kind; of one user's row, unless `user` is NULL. Two users with one digest share their
 * row. */
static int64_t first_slot(enum semaphore_kind kind, const char *user)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	int64_t first = (int64_t)kind << KIND_SHIFT;

	if (!user)
		return first;
	for (; *user; user++)
		digest = (digest ^ (unsigned char)*user) * UINT64_C(0x100000001b3);
	return first | (int64_t)(1 + digest % USER_DIGEST) << USER_SHIFT;
}

/* Locks or unlocks a byte; false if another process has it, or the kernel keeps no more locks. */
static bool change_lock(int fd, int how, short type, int64_t byte)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int failed;

	do
		failed = fcntl(fd, how, &lock);
	while (failed && errno == EINTR);
	return !failed;
}

/* Takes the first slot of a row that is free; -1 if none is. */
static int64_t take_free(int fd, int64_t first, int64_t limit)
{
	for (int64_t i = 0; i < limit; i++)
		if (change_lock(fd, F_SETLK, F_WRLCK, first + i))
			return first + i;
	return -1;
}

enum semaphore_answer semaphore_try(int fd, enum semaphore_kind kind, const char *user,
				    const struct semaphore_limits *limits, struct semaphore_slot *out)
{
	struct semaphore_slot slot = {.of_all = -1, .of_user = -1};

	slot.of_user = take_free(fd, first_slot(kind, user), limits->per_user);
	if (slot.of_user < 0)
		return SEMAPHORE_USER_FULL;
	slot.of_all = take_free(fd, first_slot(kind, NULL), limits->in_all);
	if (slot.of_all < 0) {
		semaphore_release(fd, &slot);
		return SEMAPHORE_ALL_FULL;
	}
	*out = slot;
	return SEMAPHORE_TAKEN;
}

void semaphore_wait(int fd, enum semaphore_kind kind, int64_t limit, struct semaphore_slot *out)
{
	int64_t first = first_slot(kind, NULL), any = first + getpid() % limit;
	int64_t taken = take_free(fd, first, limit);

	/*
	 * All slots are taken. We can wait for one byte only, and any is as good. Where the kernel keeps no
	 * more locks the process goes on without a slot: too much work at once is better than no login.
	 */
	if (taken < 0 && change_lock(fd, F_SETLKW, F_WRLCK, any))
		taken = any;
	*out = (struct semaphore_slot){.of_all = taken, .of_user = -1};
}

void semaphore_release(int fd, struct semaphore_slot *slot)
{
	if (slot->of_all >= 0)
		(void)change_lock(fd, F_SETLK, F_UNLCK, slot->of_all);
	if (slot->of_user >= 0)
		(void)change_lock(fd, F_SETLK, F_UNLCK, slot->of_user);
	*slot = (struct semaphore_slot){.of_all = -1, .of_user = -1};
}
