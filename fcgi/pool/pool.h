/*
 * The master process: keeps groups of child processes alive. A child that dies is replaced at once, one that
 * dies at start again and again ever later. SIGTERM and SIGINT let all finish and end the master, a second
 * one ends everything at once; SIGHUP replaces every child by a new one before the old ones are told to
 * finish.
 */
#ifndef FCGI_POOL_POOL_H
#define FCGI_POOL_POOL_H

#include <stddef.h>

struct pool_group {
	const char *name;
	size_t size;		 /* processes */
	void (*run)(void *user); /* a child's whole life; ends after SIGTERM */
	void *user;
};

#define POOL_GROUPS_MAX 4

/* Returns the exit status when all children have ended. */
int pool_run(const struct pool_group *groups, size_t count);

#endif
