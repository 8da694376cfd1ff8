/*
 * What the collectors measure, and what a collector is. To add a metric: a field in struct sample, a file in
 * reporter/metrics/ that defines a collector, its declaration at the end of this header, its row in the table
 * of reporter/metrics/sampler.c, and its members in sampler_write there, which is the contract's `metrics`
 * object.
 */
#ifndef REPORTER_METRICS_SAMPLE_H
#define REPORTER_METRICS_SAMPLE_H

#include "common/err.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

/* Ticks (a hundredth of a second) of all processors together since the machine started, from proc/stat. */
struct cpu_ticks {
	uint64_t busy;
	uint64_t total; /* busy and idle */
};

struct disk_traffic {
	int64_t read_bytes, write_bytes, read_count, write_count;
};

struct network_traffic {
	int64_t bytes_sent, bytes_recv, packets_sent, packets_recv;
};

/* One set of measurements. Sizes are in bytes, counters run since the machine started, percents go from 0 to
 * 100. */
struct sample {
	int64_t timestamp_ms; /* since the epoch */
	double cpu_percent;   /* of all processors together, since the sample before */
	int64_t cpu_count;
	struct cpu_ticks cpu_since; /* from where the next share is counted */
	struct {
		double percent;
		int64_t total, available, used;
	} memory;
	struct {
		double percent; /* as df says it: of what others than root can have */
		int64_t total, free, used;
	} disk;
	int64_t resident_bytes; /* the reporter's own */
	double load[3];		/* averages over 1, 5 and 15 minutes */
	struct disk_traffic disk_io;
	struct network_traffic network;
	int64_t process_count;
};

/* The machine that is measured: the one at `/`, a container's view of its host, or a test's own tree. */
struct host {
	char *root;	    /* proc/ and sys/ are below it; ends with a slash */
	char *disk_path;    /* whose file system is measured; the root is in front already */
	DIR *processes;	    /* proc/ below the root, kept open; NULL if there is none */
	struct disk *disks; /* the block devices seen so far; disk_io.c's own */
	size_t disks_count;
};

/*
 * A collector measures one part of a sample. It has either a `file`, which the sampler
 * reads and `parse` is given, or `measure`, which asks the kernel otherwise. Neither allocates nor opens
 * anything in the steady state, and on failure both leave the sample's part as it is.
 */
struct collector {
	const char *name;      /* in the log */
	const char *file;      /* below the root, kept open; NULL: `measure` is used */
	const char *otherwise; /* opened instead if `file` cannot be; may be NULL */
	bool watched;	       /* also measured between reports, every few seconds */
	/* ERR_MALFORMED if `text`, the whole file, is not what the kernel writes there. */
	enum err (*parse)(struct host *host, const char *text, struct sample *out);
	/* ERR_SYSTEM if the kernel does not tell; errno says why, or is 0. */
	enum err (*measure)(struct host *host, struct sample *out);
};

extern const struct collector collect_cpu;
extern const struct collector collect_memory;
extern const struct collector collect_disk;
extern const struct collector collect_self;
extern const struct collector collect_load;
extern const struct collector collect_disk_io;
extern const struct collector collect_network;
extern const struct collector collect_processes;

#endif
