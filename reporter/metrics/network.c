/*
 * Network traffic of all interfaces but loopback. What a container sends counts twice, at its own interface
 * on the host and at the one that leads out; telling those apart would need more than this file.
 */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Adds one interface's line, from behind its colon: eight columns received, eight sent.
 *
 * SAMPLE
 *     Inter-|   Receive                                                |  Transmit
 *      face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs …
 *         lo:    3267      29    0    0    0     0          0         0     3267      29    0 …
 *       eth0: 392154189   10601    0    0    0     0          0         0   570043    7062    0 …
 */
static enum err add_interface(const char *columns, struct network_traffic *sum)
{
	int64_t bytes_recv, packets_recv, bytes_sent, packets_sent;

	if (sscanf(columns, "%" SCNd64 " %" SCNd64 " %*u %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64,
		   &bytes_recv, &packets_recv, &bytes_sent, &packets_sent) != 4)
		return ERR_MALFORMED;
	sum->bytes_recv += bytes_recv;
	sum->packets_recv += packets_recv;
	sum->bytes_sent += bytes_sent;
	sum->packets_sent += packets_sent;
	return ERR_NONE;
}

static enum err parse(struct host *host, const char *text, struct sample *out)
{
	struct network_traffic sum = {0};
	const char *line = text;

	(void)host;
	for (int heading = 0; heading < 2; heading++) {
		line = strchr(line, '\n');
		if (!line)
			return ERR_MALFORMED;
		line++;
	}
	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = line + strspn(line, " ");
		const char *colon = strchr(name, ':');

		if (!colon || strchr(name, '\n') < colon)
			return ERR_MALFORMED;
		if (strncmp(name, "lo:", 3) != 0 && add_interface(colon + 1, &sum) != ERR_NONE)
			return ERR_MALFORMED;
	}
	out->network = sum;
	return ERR_NONE;
}

/* Where the reporter runs in a container, its own proc/net would show the container's interfaces: those of
 * process 1 below the host's root are the host's. */
const struct collector collect_network = {
	.name = "network", .file = "proc/1/net/dev", .otherwise = "proc/net/dev", .parse = parse};
