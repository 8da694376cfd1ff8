/*
 * When the machine started. The kernel counts it back from its clock, so it moves with the clock when that is
 * set. lxcfs tells a container when the container started.
 */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_MAX 253402300799 /* the year 9999 */

/* SAMPLE btime 1795459483 ; the seconds since the epoch, in proc/stat behind the interrupts */
static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	const char *line = strstr(text, "\nbtime ");
	int64_t seconds;

	(void)host;
	/* The line's end tells that the number is whole. */
	if (!line || !strchr(line + 1, '\n') || sscanf(line, "\nbtime %" SCNd64, &seconds) != 1 ||
	    seconds < 0 || seconds > SECONDS_MAX)
		return reason_set(why, ERR_MALFORMED, "proc/stat does not tell when the machine started");
	out->booted_ms = seconds * 1000;
	return ERR_NONE;
}

const struct collector collect_boot_time = {
	.metric = "boot_time", SAMPLE_PART(booted_ms), .file = "proc/stat", .parse = parse};
