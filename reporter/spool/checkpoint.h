/*
 * The checkpoint: how far the spool has been sent. It says where the next batch begins and, once that batch
 * was cut, where it ends and which number it has.
 *
 * The file has two slots that are written in turn, so a write that a crash tears leaves the slot before it.
 * The format is the machine's own (byte order, padding); the file never leaves the machine.
 */
#ifndef REPORTER_SPOOL_CHECKPOINT_H
#define REPORTER_SPOOL_CHECKPOINT_H

#include "common/err.h"
#include "common/id.h"

#include <stdint.h>

struct checkpoint {
	uint64_t writes;  /* grows by one with every write, so the greater one is the newer slot */
	uint64_t segment; /* the number of the segment in which the next batch begins */
	uint64_t begin;	  /* the batch's first byte in that segment */
	uint64_t end;	  /* the byte behind the batch; the same as `begin` while no batch is cut */
	uint64_t batch;	  /* the number of the batch that was cut last */
	uint64_t dropped; /* how many entries were given up since the spool was made */
	char id[40];	  /* of this spool, random; a batch's name is this and its number */
};

/* Reads the newer of the valid slots. ERR_NOT_FOUND, and *out untouched, if there is none. */
enum err checkpoint_read(int fd, struct checkpoint *out) MUST_CHECK;

/* Counts `writes` up and writes the checkpoint over the older slot. ERR_SYSTEM with errno. */
enum err checkpoint_write(int fd, struct checkpoint *checkpoint) MUST_CHECK;

#endif
