/*
 * One record of the spool: an entry, the position behind it, or both, under one checksum. That is what makes
 * an entry and its position one thing: after a crash a record is there whole, or it is not there. The format
 * is the machine's own (byte order); the files never leave the machine.
 */
#ifndef REPORTER_SPOOL_RECORD_H
#define REPORTER_SPOOL_RECORD_H

#include "common/buf.h"

#include <stddef.h>

struct spool_record {
	const char *key;      /* "" if the source cannot read anything twice */
	const char *position; /* "" with a key: the key is forgotten */
	const char *entry;    /* JSON; "" if only the position moved */
	size_t entry_len;
};

/* Appends the record. The key and the position are shorter than 64 KiB, the entry than LIMIT_BODY. */
void spool_record_write(struct buf *out, const struct spool_record *record);

/*
 * Reads the record at `data`. Its texts end with a NUL and point into `data`; *used is the length of the
 * whole record. ERR_NOT_FOUND if `data` ends before the record does, ERR_MALFORMED if there is no record:
 * *out and *used are untouched then.
 */
enum err spool_record_read(const char *data, size_t len, struct spool_record *out, size_t *used) MUST_CHECK;

#endif
