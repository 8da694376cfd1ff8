/* A listener that writes down what it hears, an event a line, and what a report looks like. */
#ifndef TESTS_UNIT_FEED_HEARD_H
#define TESTS_UNIT_FEED_HEARD_H

#include "common/buf.h"
#include "feed/known.h"

/* SAMPLE "reported w1 3;" with `point` where the report had one; "lines 4 5;" */
extern const struct feed_events HEARD_EVENTS; /* its context is a struct buf */

/* A report of `node` as it is published; its times and its share of CPU are `number`. */
void heard_write_report(struct buf *out, const char *node, int number);

/* An entry of `node` as it is stored. */
void heard_write_entry(struct buf *out, const char *node, int seq);

#endif
