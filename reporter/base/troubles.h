/*
 * What the reporter cannot do just now, as the coordinator and the page show it: the door through which every
 * part of the reporter says that a collector, a certificate, a log source, a service's driver or a command
 * fails. Each report carries the whole list, so a trouble that ends is gone from the page with the next
 * report.
 *
 * How to use it. The scheduler owns the one list of the reporter (scheduler_troubles), and hands it to the
 * parts. Where something fails, call troubles_begin, as often as it fails; where it works, call troubles_end,
 * as often as it works. Neither costs more than a search of a short list. Both tell by their result whether
 * something changed, and so when a line in the reporter's own log is due:
 *
 *     if (troubles_begin(troubles, TROUBLE_CERTIFICATE, path, why.text))
 *             log_warning("certificates", "cannot read path=%s error=\"%s\"", path, why.text);
 *     …
 *     if (troubles_end(troubles, TROUBLE_CERTIFICATE, path, NULL))
 *             log_info("certificates", "can be read now path=%s", path);
 *
 * A trouble is known by its part and its name: the same with another message is the same trouble, which keeps
 * its `since`. Who begins a trouble also ends it, also when its subject goes away (troubles_keep). When the
 * configuration is read anew all parts are made anew, and the list with them.
 */
#ifndef REPORTER_BASE_TROUBLES_H
#define REPORTER_BASE_TROUBLES_H

#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

/* Which part of the reporter has it, and what its name is then. */
enum trouble_part {
	TROUBLE_METRIC,	     /* the member of `metrics`: "memory", "disk_io" */
	TROUBLE_CERTIFICATE, /* the path */
	TROUBLE_LOG,	     /* the [log] section, and behind ": " what of it, if it is not all: "app:
				/var/log/app.log" */
	TROUBLE_SERVICE,     /* the service */
	TROUBLE_COMMAND,     /* the method or the action */
	TROUBLE_REPORTER,    /* the reporter itself: what fails */
	TROUBLE_PARTS
};

struct troubles;

struct troubles *troubles_new(void);
void troubles_free(struct troubles *troubles); /* NULL is nothing */

/*
 * Something is wrong: `message` says in plain words what ("Permission denied"), for a person who sees the
 * name beside it. Both texts are copied; what is too long for the wire is cut when it is written. True if it
 * has to be logged: nothing, or something else, was wrong with the name before.
 */
bool troubles_begin(struct troubles *troubles, enum trouble_part part, const char *name, const char *message);

/*
 * The trouble is over. If `message` is not NULL, then only if this is what was wrong: two checks of one thing
 * do not end each other's troubles. True if there was one.
 */
bool troubles_end(struct troubles *troubles, enum trouble_part part, const char *name, const char *message);

/* Ends the part's troubles for whose name `keep` says false: their subjects are gone. `keep` must not call
 * back. */
void troubles_keep(struct troubles *troubles, enum trouble_part part,
		   bool (*keep)(void *user, const char *name), void *user);

/* Changes whenever a trouble begins or ends, and so tells whether a report has to say something new. */
uint64_t troubles_revision(const struct troubles *troubles);

/*
 * Puts the contract's array [{"part","name","message","since"}] as the member `key`, the oldest first; empty
 * if there are none. Of more than LIMIT_TROUBLES_A_NODE the last element says how many are left out.
 */
void troubles_write(const struct troubles *troubles, struct json_out *out, const char *key);

#endif
