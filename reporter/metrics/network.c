/*
 * Network traffic of the machine, each byte counted once. proc/net/dev lists layers beside what they lie on:
 * a byte that a container sends goes through its veth, the bridge, perhaps a VLAN and a bond, and leaves by
 * eth0; all of them count it. So only the lowest are summed up, and what lies lowest sysfs tells:
 *
 * - A device in sys/class/net/NAME/device is hardware, or what a hypervisor shows as hardware.
 * - An interface whose other end is not here is a container's own: a veth, macvlan, ipvlan or venet.
 * - Any other that is no layer is a tunnel to the outside, such as the tap0 of a container without root.
 *
 * Those of the best kind that the machine has are counted, and no other: a machine with hardware counts
 * hardware alone. Where there is no sysfs, the names that the kernel and common tools give to layers are left
 * out.
 */
#include "reporter/metrics/sample.h"

#include "reporter/metrics/columns.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum rank { RANK_OTHER = 1, RANK_OTHER_END, RANK_HARDWARE };

/* In the order of struct sample_network. */
enum counter { BYTES_SENT, BYTES_RECV, PACKETS_SENT, PACKETS_RECV };

/* linux/if_arp.h */
enum { TYPE_LOOPBACK = 772, TYPE_VOID = 65535 };

/* Names of layers and of what is no network at all, for machines without sysfs. */
static const char *const LAYERS[] = {"lo",   "bond",	"br-",	 "br0",	  "docker", "veth", "virbr", "vnet",
				     "tap",  "tun",	"wg",	 "dummy", "ifb",    "team", "vlan",  "cni",
				     "cali", "flannel", "vxlan", "lxc",	  "lxdbr",  "vmbr", "fwbr",  "fwpr",
				     "fwln", "podman",	"sit",	 "gre",	  "ip6tnl", "tunl"};

/* --- what sysfs tells of an interface ------------------------------------------------------------ */

struct path {
	char text[512];
};

static struct path path_of(const struct host *host, const char *name, const char *file)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%ssys/class/net/%s/%s", host->root, name, file);
	return path;
}

static bool has(const struct host *host, const char *name, const char *file)
{
	struct path path = path_of(host, name, file);

	return access(path.text, F_OK) == 0;
}

/* The number in a file, -1 if there is none. SAMPLE 772 */
static int read_number(const struct host *host, const char *name, const char *file)
{
	struct path path = path_of(host, name, file);
	char text[16];
	int fd = open(path.text, O_RDONLY | O_CLOEXEC), number = -1;
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return -1;
	text[got] = '\0';
	return sscanf(text, "%d", &number) == 1 ? number : -1;
}

/* Whether it lies on another interface that is here. With `hardware`, only on one that is hardware and not
 * its own part (the ports of a switch lie on eth0; but below Hyper-V's eth0 lies a part of its own). */
static bool lies_on_another(const struct host *host, const char *name, bool hardware)
{
	static const char LOWER[] = "lower_";
	struct path folder = path_of(host, name, "");
	DIR *dir = opendir(folder.text);
	const struct dirent *entry;
	bool found = false;

	if (!dir)
		return false;
	for (entry = readdir(dir); entry && !found; entry = readdir(dir)) {
		const char *lower = entry->d_name + strlen(LOWER);

		if (strncmp(entry->d_name, LOWER, strlen(LOWER)) != 0)
			continue;
		if (hardware)
			found = has(host, lower, "device") && !has(host, lower, "master");
		else
			found = true;
	}
	closedir(dir);
	return found;
}

static int rank_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(LAYERS) / sizeof(LAYERS[0]); i++)
		if (strncmp(name, LAYERS[i], strlen(LAYERS[i])) == 0)
			return RANK_NONE;
	return strchr(name, '.') ? RANK_NONE : RANK_HARDWARE; /* SAMPLE eth0.5 is a VLAN */
}

static int rank_of(const struct host *host, const char *name)
{
	int type = read_number(host, name, "type"), link = read_number(host, name, "iflink");

	if (type < 0)
		return rank_by_name(name);
	if (type == TYPE_LOOPBACK)
		return RANK_NONE;
	if (has(host, name, "device")) {
		if (has(host, name, "master/device") || lies_on_another(host, name, true))
			return RANK_NONE;
		return RANK_HARDWARE;
	}
	if (has(host, name, "bridge") || has(host, name, "bonding") || has(host, name, "master") ||
	    lies_on_another(host, name, false))
		return RANK_NONE;
	if (type == TYPE_VOID || (link > 0 && link != read_number(host, name, "ifindex")))
		return RANK_OTHER_END;
	if (strncmp(name, "dummy", 5) == 0 || strncmp(name, "ifb", 3) == 0)
		return RANK_NONE;
	return RANK_OTHER;
}

/* --- the counters --------------------------------------------------------------------------------- */

/*
 * Reads one interface's line, from behind its colon: eight columns received, eight sent.
 *
 * SAMPLE
 *     Inter-|   Receive                                                |  Transmit
 *      face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs …
 *         lo:    3267      29    0    0    0     0          0         0     3267      29    0 …
 *       eth0: 392154189   10601    0    0    0     0          0         0   570043    7062    0 …
 */
static bool read_counters(const char *columns, uint64_t out[DEVICE_COUNTERS])
{
	uint64_t numbers[10];

	if (!columns_read(columns, 10, numbers))
		return false;
	out[BYTES_RECV] = numbers[0];
	out[PACKETS_RECV] = numbers[1];
	out[BYTES_SENT] = numbers[8];
	out[PACKETS_SENT] = numbers[9];
	return true;
}

static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	struct devices *interfaces = &host->interfaces;
	struct sample_network *network = &out->network;
	int64_t *const sums[DEVICE_COUNTERS] = {&network->bytes_sent, &network->bytes_recv,
						&network->packets_sent, &network->packets_recv};
	const char *line = text, *end;

	for (int heading = 0; heading < 2; heading++, line = end + 1) {
		end = strchr(line, '\n');
		if (!end || !memchr(line, '|', (size_t)(end - line)))
			return reason_set(why, ERR_MALFORMED, "proc/net/dev has no heading");
	}
	devices_begin(interfaces, host->looks_anew);
	for (; *line; line = end + 1) {
		const char *name = line + strspn(line, " "), *colon = strchr(name, ':');
		struct device *interface;

		end = strchr(line, '\n');
		if (!end || !colon || colon > end)
			return reason_set(why, ERR_MALFORMED,
					  "proc/net/dev has a line that is no interface's");
		interface = devices_find(interfaces, name, (size_t)(colon - name));
		if (interface->rank == RANK_UNKNOWN)
			interface->rank = rank_of(host, interface->name);
		if (interface->rank != RANK_NONE && !read_counters(colon + 1, interface->now))
			return reason_set(why, ERR_MALFORMED,
					  "proc/net/dev: the counters of %s are not whole", interface->name);
	}
	if (devices_commit(interfaces) == RANK_NONE && !interfaces->begun)
		return reason_set(why, ERR_MALFORMED, "proc/net/dev lists no interface to the outside");
	return sample_sums(interfaces, sums, why);
}

/* Where the reporter runs in a container, its own proc/net would show the container's interfaces: those of
 * process 1 below the host's root are the host's. */
const struct collector collect_network = {.metric = "network_io",
					  SAMPLE_PART(network),
					  .file = "proc/1/net/dev",
					  .otherwise = "proc/net/dev",
					  .parse = parse};
