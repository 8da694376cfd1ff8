/*
 * What the collectors measure, and what a collector is. To add a metric: a field here, a file in
 * reporter/collect/, a row in reporter/metrics/sampler.c.
 */
#ifndef REPORTER_METRICS_SAMPLE_H
#define REPORTER_METRICS_SAMPLE_H

#include "common/err.h"
#include "common/json.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

/* Scheduler ticks of all processors together, from proc/stat. */
struct cpu_ticks {
	uint64_t busy;
	uint64_t total;
};

/* One set of measurements. Sizes in bytes, counters since the machine started. */
struct sample {
	int64_t timestamp_ms;
	double cpu_percent; /* of all processors together, since the sample before */
	int64_t cpu_count;
	struct cpu_ticks cpu_since; /* where the share above begins the next time */
	struct {
		double percent;
		int64_t total, available, used;
	} memory;
	struct {
		double percent; /* as df says it: of what users can have */
		int64_t total, free, used;
	} disk;
	int64_t resident_bytes; /* the reporter's own */
	double load[3];
	struct {
		int64_t read_bytes, write_bytes, read_count, write_count;
	} disk_io;
	struct {
		int64_t bytes_sent, bytes_recv, packets_sent, packets_recv;
	} network;
	int64_t process_count;
};

/* The machine that is measured: `/`, a container's view of its host, a test's own tree. */
struct host {
	char *root;	    /* proc/ and sys/ are below it; ends with a slash */
	char *disk_path;    /* below the root too */
	DIR *processes;	    /* root/proc, kept open; NULL if there is none */
	struct disk *disks; /* which block devices are whole disks, by proc/diskstats' names */
	size_t disks_count;
};

/* Reading and parsing are apart: the sampler reads `file`, `parse` never opens anything. */
struct collector {
	const char *name;
	const char *file;      /* below the root, kept open; NULL: `measure` asks the kernel otherwise */
	const char *otherwise; /* read instead where `file` is hidden; may be NULL */
	bool watched;	       /* cheap, and looked at between reports */
	/* ERR_MALFORMED if `text` is not what the kernel writes there; the sample's part is unchanged then.
	 */
	enum err (*parse)(struct host *host, const char *text, struct sample *out);
	enum err (*measure)(struct host *host, struct sample *out);
	void (*put)(struct json_out *out, const struct sample *sample);
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
