/* The message of a driver's result, put together: always one valid UTF-8 text that fits. */
#ifndef REPORTER_SERVICES_DRIVER_RESULT_H
#define REPORTER_SERVICES_DRIVER_RESULT_H

#include "common/err.h"
#include "reporter/services/driver.h"

#include <stddef.h>

/*
 * Replaces the message, whose old text may be among the arguments. Invalid UTF-8, and control characters but
 * tabs and newlines, become `?`; what does not fit is cut between two characters.
 */
void driver_result_say(struct driver_result *result, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Adds the end of what a program wrote behind a colon: as many whole lines as fit, or the end of the last one
 * if not even that does. It is cleaned as above, and blanks at both ends are dropped. Nothing is added if
 * nothing is left.
 */
void driver_result_add_output(struct driver_result *result, const char *output, size_t len);

/*
 * Writes how a service failed into its state: the sentence, then in one line the end of what was written
 * about it, cleaned and cut as above.
 */
void driver_write_failure(struct service_state *state, const char *output, size_t len, const char *format,
			  ...) PRINTF_LIKE(4, 5);

#endif
