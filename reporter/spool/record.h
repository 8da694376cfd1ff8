/*
 * One record of the spool: an entry, the position behind it, or both, under one checksum. A record is whole
 * or it is not there. The format is the machine's own (byte order); the files never leave it.
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

void spool_record_write(struct buf *out, const struct spool_record *record);

/*
 * Reads the record at `data`; its texts point there. *used is its whole length. ERR_NOT_FOUND if `data` ends
 * before the record does, ERR_MALFORMED if it is none.
 */
enum err spool_record_read(const char *data, size_t len, struct spool_record *out, size_t *used) MUST_CHECK;

#endif
