/*
 * PostgreSQL's csvlog: records of quoted cells, in which a newline may stand.
 * https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG
 */
#ifndef REPORTER_LOGS_CSVLOG_H
#define REPORTER_LOGS_CSVLOG_H

#include "common/buf.h"
#include "common/level.h"
#include "reporter/logs/timestamp.h"

#include <stdbool.h>
#include <stddef.h>

/* A record that may be begun; zeroed at the start. */
struct csvlog {
	struct buf record;
	bool open;	  /* a quote is: its end is still to come */
	struct buf cells; /* scratch: what the cells of a record say, without quotes */
};

/* What an entry is made of. The texts point into the csvlog, without a NUL. */
struct csvlog_record {
	struct timestamp time;
	enum level level;
	const char *message;
	size_t message_len;
	const char *cells[8]; /* named in csvlog_names, as strings; "" if empty */
};

#define CSVLOG_CELLS 8
extern const char *const csvlog_names[CSVLOG_CELLS];

/* Whether the line begins a record or goes on with the one that is open. */
bool csvlog_takes(const struct csvlog *csv, const char *line, size_t len);

/* Takes such a line. False while the record's end is to come; then true, and the record is in csv->record. */
bool csvlog_add(struct csvlog *csv, const char *line, size_t len, size_t max);

/* Reads a whole record. False, and *out undefined, if it is none. */
bool csvlog_read(struct csvlog *csv, const char *record, size_t len, struct csvlog_record *out);

void csvlog_free(struct csvlog *csv);

#endif
