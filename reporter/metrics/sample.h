/*
 * What the collectors measure, and what a collector is. The struct `sample` is one measurement of everything.
 *
 * To add a metric: a field in struct sample and its value in SAMPLE_NOTHING; a file in reporter/metrics/ that
 * defines a collector, its declaration at the end of this header and its row in reporter/metrics/sampler.c,
 * or a few lines in the collector that reads the same file; and its member in sample_write, which writes the
 * contract's `metrics` object. A list of things, such as disks, needs a limit in common/limits.h.
 */
#ifndef REPORTER_METRICS_SAMPLE_H
#define REPORTER_METRICS_SAMPLE_H

#include "common/buf.h"
#include "common/err.h"
#include "reporter/metrics/devices.h"
#include "reporter/metrics/proc_file.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What memory.c reads beside proc/meminfo. */
struct memory_side {
	struct proc_file arc;	      /* of ZFS; not there on most machines */
	struct proc_file min_free;    /* proc/sys/vm/min_free_kbytes */
	struct proc_file mounts;      /* proc/self/mounts */
	bool mounts_read, from_lxcfs; /* proc/meminfo is lxcfs's, as the mounts say */
	struct buf text;
};

/* Ticks (a hundredth of a second) of all processors together since the machine started, from proc/stat. */
struct cpu_ticks {
	uint64_t busy;
	uint64_t total; /* busy and idle */
};

/* An integer that was not measured. A double that was not measured is NAN. Both are written as null. */
#define SAMPLE_UNKNOWN (-1)

struct sample_cpu {
	double percent; /* of all processors together, since the sample before */
	int64_t count;
};

struct sample_memory {
	double percent;
	int64_t total, available, used;
};

struct sample_disk {
	double percent; /* as df says it: of what others than root can have */
	int64_t total, free, used;
};

struct sample_disk_io {
	int64_t read_bytes, write_bytes, read_count, write_count;
};

struct sample_network {
	int64_t bytes_sent, bytes_recv, packets_sent, packets_recv;
};

/*
 * One set of measurements. Sizes are in bytes, counters run since the machine started, percents go from 0 to
 * 100. What could not be measured this time is unknown; it is never 0, and never what was measured the time
 * before.
 */
struct sample {
	int64_t timestamp_ms; /* since the epoch */
	struct sample_cpu cpu;
	struct sample_memory memory;
	struct sample_disk disk;
	int64_t resident_bytes; /* the reporter's own */
	double load[3];		/* averages over 1, 5 and 15 minutes */
	struct sample_disk_io disk_io;
	struct sample_network network;
	int64_t process_count;
	int64_t booted_ms; /* since the epoch: when the machine started */
};

/* The machine that is measured: the one at `/`, a container's view of its host, or a test's own tree. */
struct host {
	char *root;	 /* proc/ and sys/ are below it; ends with a slash */
	char *disk_path; /* whose file system is measured; the root is in front already */
	DIR *processes;	 /* proc/ below the root, kept open; NULL if it is not */
	bool looks_anew; /* this time, what is remembered of devices is asked for again */

	/* What the collectors keep from one sample to the next. */
	struct cpu_ticks cpu_since; /* from where the next share is counted */
	int64_t cpu_since_ms;	    /* when that was, monotonic */
	double cpu_percent;	    /* the newest share */
	struct memory_side memory;
	struct devices disks, interfaces;
};

/*
 * A collector measures one part of a sample. It has either a `file`, which the sampler reads and `parse` is
 * given, or `measure`, which asks the kernel otherwise. Neither allocates nor opens anything in the steady
 * state. The part is unknown when they are called; where they fail, what they have set by then counts and the
 * rest stays unknown.
 */
struct collector {
	const char *metric;    /* the member of `metrics`, by which troubles name it */
	size_t part, part_len; /* where its part of the sample is: SAMPLE_PART */
	const char *file;      /* below the root, kept open; NULL: `measure` is used */
	const char *otherwise; /* read instead if `file` cannot be; may be NULL */
	bool watched;	       /* also measured between reports, every few seconds */
	/* ERR_MALFORMED, with a sentence, if `text`, the whole file, is not what the kernel writes there. */
	enum err (*parse)(struct host *host, const char *text, struct sample *out, struct reason *why);
	/* ERR_SYSTEM or ERR_MALFORMED, with a sentence, if the kernel does not tell. */
	enum err (*measure)(struct host *host, struct sample *out, struct reason *why);
};

#define SAMPLE_PART(member) \
	.part = offsetof(struct sample, member), .part_len = sizeof(((struct sample *)0)->member)

/* Sums of devices as a sample has them. ERR_MALFORMED, with a sentence, if one is beyond 2^63; it stays
 * unknown. */
enum err sample_sums(const struct devices *devices, int64_t *const out[DEVICE_COUNTERS],
		     struct reason *why) MUST_CHECK;

/* What a file system says of itself, as df(1) reads it. For disk.c, and for tests of numbers that no disk
 * here has. */
struct statvfs;
enum err sample_disk_read(const struct statvfs *fs, struct sample_disk *out, struct reason *why) MUST_CHECK;

extern const struct sample SAMPLE_NOTHING; /* everything is unknown */

/* Appends the contract's `metrics` object. */
void sample_write(const struct sample *sample, struct buf *out);

extern const struct collector collect_cpu;
extern const struct collector collect_memory;
extern const struct collector collect_disk;
extern const struct collector collect_self;
extern const struct collector collect_load;
extern const struct collector collect_disk_io;
extern const struct collector collect_network;
extern const struct collector collect_processes;
extern const struct collector collect_boot_time;

#endif
