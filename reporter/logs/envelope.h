/*
 * What a container's runtime puts around each line that a program wrote: CRI's prefix and Docker's json-file.
 * Both cut long lines into parts.
 */
#ifndef REPORTER_LOGS_ENVELOPE_H
#define REPORTER_LOGS_ENVELOPE_H

#include "common/buf.h"
#include "common/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stream { STREAM_STDOUT, STREAM_STDERR, STREAM_COUNT };

struct envelope {
	int64_t timestamp_ms;
	enum stream stream;
	bool partial;	  /* the line goes on in the next envelope of this stream */
	const char *text; /* points into what was read */
	size_t len;
};

/* "stdout" or "stderr". */
const char *stream_name(enum stream stream);

/* A line of CRI's log files. False, and *out untouched, if it is none. */
bool envelope_read_cri(const char *line, size_t len, int64_t now_ms, struct envelope *out);

/* An object of Docker's json-file. False, and *out untouched, if it is none. */
bool envelope_read_docker(const struct json *object, int64_t now_ms, struct envelope *out);

/* The parts of each stream's line; zeroed at the start. */
struct envelope_parts {
	struct {
		struct buf text;
		bool open; /* its end is still to come */
	} streams[STREAM_COUNT];
};

/*
 * Puts the parts of a line together. False while its end is to come; then true, and envelope->text is the
 * whole line, which points into `parts` until the next call. What goes beyond `max` bytes is dropped.
 */
bool envelope_join(struct envelope_parts *parts, struct envelope *envelope, size_t max);

/* Whether the end of a line is to come. */
bool envelope_is_open(const struct envelope_parts *parts);

/* The begun line of a stream whose end will not come. False if there is none. */
bool envelope_flush(struct envelope_parts *parts, struct envelope *out);

void envelope_parts_free(struct envelope_parts *parts);

#endif
