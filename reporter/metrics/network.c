/* Network traffic of all interfaces but loopback. */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * One interface's line, behind its colon: eight columns received, eight sent.
 *
 * SAMPLE
 *     Inter-|   Receive                                                |  Transmit
 *      face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs …
 *         lo:    3267      29    0    0    0     0          0         0     3267      29    0 …
 *       eth0: 392154189   10601    0    0    0     0          0         0   570043    7062    0 …
 */
static enum err add_interface(const char *columns, struct sample *out)
{
	int64_t bytes_recv, packets_recv, bytes_sent, packets_sent;

	if (sscanf(columns, "%" SCNd64 " %" SCNd64 " %*u %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64,
		   &bytes_recv, &packets_recv, &bytes_sent, &packets_sent) != 4)
		return ERR_MALFORMED;
	out->network.bytes_recv += bytes_recv;
	out->network.packets_recv += packets_recv;
	out->network.bytes_sent += bytes_sent;
	out->network.packets_sent += packets_sent;
	return ERR_NONE;
}

static enum err parse(struct host *host, const char *text, struct sample *out)
{
	const char *line = text;

	(void)host;
	for (int heading = 0; heading < 2; heading++) {
		line = strchr(line, '\n');
		if (!line)
			return ERR_MALFORMED;
		line++;
	}
	memset(&out->network, 0, sizeof(out->network));
	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = line + strspn(line, " ");
		const char *colon = strchr(name, ':');

		if (!colon || strchr(name, '\n') < colon)
			return ERR_MALFORMED;
		if (strncmp(name, "lo:", 3) != 0 && add_interface(colon + 1, out))
			return ERR_MALFORMED;
	}
	return ERR_NONE;
}

static void put(struct json_out *out, const struct sample *sample)
{
	json_open_member(out, "network_io", '{');
	json_put_integer(out, "bytes_sent", sample->network.bytes_sent);
	json_put_integer(out, "bytes_recv", sample->network.bytes_recv);
	json_put_integer(out, "packets_sent", sample->network.packets_sent);
	json_put_integer(out, "packets_recv", sample->network.packets_recv);
	json_close(out, '}');
}

/* Process 1 has the host's interfaces also where our own are a container's. */
const struct collector collect_network = {
	.name = "network", .file = "proc/1/net/dev", .otherwise = "proc/net/dev", .parse = parse, .put = put};
