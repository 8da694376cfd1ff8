/*
 * The master process: keeps groups of child processes alive. A child that dies is replaced at once, but
 * with a growing delay if it dies at its start again and again. SIGTERM and SIGINT let all children
 * finish and end the master, and a second one kills everything at once. SIGHUP replaces every child by a new
 * one before the old ones are told to finish.
 */
#ifndef FCGI_POOL_POOL_H
#define FCGI_POOL_POOL_H

#include <stddef.h>

struct pool_group {
	const char *name;	 /* for the log */
	size_t size;		 /* processes */
	void (*run)(void *user); /* a child's whole life: it serves, and returns after SIGTERM */
	void *user;
};

#define POOL_GROUPS_MAX 4

/*
 * Runs at most POOL_GROUPS_MAX groups until all children have ended. Returns the exit status: EXIT_SUCCESS if
 * every child could finish, EXIT_FAILURE after a second signal. A child never returns from here.
 */
int pool_run(const struct pool_group *groups, size_t count);

#endif
