/*
 * How far the spool has been sent: where the next batch begins, and, once a batch was cut, where it ends and
 * which number it has. Kept in two slots written in turn, so that a torn write leaves the other.
 */
#ifndef REPORTER_SPOOL_HEAD_H
#define REPORTER_SPOOL_HEAD_H

#include "common/err.h"
#include "common/id.h"

#include <stdint.h>

struct spool_head {
	uint64_t turn;	  /* grows with every write; tells the newer slot */
	uint64_t segment; /* what is waiting begins in this segment … */
	uint64_t begin;	  /* … at this offset */
	uint64_t end;	  /* of the batch that was cut; equal to `begin`: none was */
	uint64_t batch;	  /* the number of the last batch cut */
	uint64_t dropped; /* entries that were never sent */
	char id[40];	  /* of this spool, random; in front of the number in a batch's name */
};

/* ERR_NOT_FOUND if neither slot holds a head, ERR_SYSTEM. */
enum err spool_head_read(int fd, struct spool_head *out) MUST_CHECK;

/* Writes the head into the slot whose turn it is. */
enum err spool_head_write(int fd, struct spool_head *head) MUST_CHECK;

#endif
