/*
 * The table of collectors, and the reading for them. What the files mean is the collectors' concern. Reading
 * and parsing are apart, so that a test brings its own tree of files, and so that one buffer serves them all.
 *
 * What must stay true: before a collector is called, its part of the sample is unknown. So what fails is
 * unknown, however it fails, and no collector has to see to it.
 */
#include "reporter/metrics/sampler.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BOOT_ID_SIZE = 40,		/* a UUID and a NUL, with room to spare */
	RESUME_MIN_MS = 1000,		/* the CPU's share of less would be noise */
	RESUME_MAX_MS = 10 * 60 * 1000, /* and that of more is no news */
	ANEW_MS = 60 * 1000,		/* how long it is believed what a device is */
};

/* A row for each file of this room that measures something. */
static const struct collector *const COLLECTORS[] = {
	&collect_cpu,	  &collect_memory,  &collect_disk,	&collect_self,	    &collect_load,
	&collect_disk_io, &collect_network, &collect_processes, &collect_boot_time,
};
enum { COLLECTORS_COUNT = sizeof(COLLECTORS) / sizeof(COLLECTORS[0]) };

struct sampler {
	struct host host;
	struct sample sample;
	struct troubles *troubles;
	char boot_id[BOOT_ID_SIZE];
	struct proc_file files[COLLECTORS_COUNT],
		others[COLLECTORS_COUNT]; /* `file` and `otherwise` of each */
	int64_t looked_ms;		  /* when the host was looked at anew last, monotonic */
	struct buf text;		  /* the file that is just being parsed */
};

/* Ticks are counted from the boot, and those of another one mean nothing. Where there is no id, nothing is
 * resumed. */
static void read_boot_id(struct sampler *sampler)
{
	struct proc_file file;

	proc_file_init(&file, sampler->host.root, "proc/sys/kernel/random/boot_id");
	if (proc_file_read(&file, &sampler->text, false, NULL) == ERR_NONE)
		snprintf(sampler->boot_id, sizeof(sampler->boot_id), "%.*s",
			 (int)strcspn(sampler->text.data, " \n"), sampler->text.data);
	proc_file_free(&file);
}

struct sampler *sampler_new(const char *root, const char *disk_path, struct troubles *troubles)
{
	struct sampler *sampler = mem_alloc(1, sizeof(*sampler));
	struct host *host = &sampler->host;
	struct buf path = {0};

	buf_printf(&path, "%s/", strcmp(root, "/") == 0 ? "" : root);
	host->root = buf_steal(&path);
	buf_printf(&path, "%s%s", host->root, disk_path + (*disk_path == '/'));
	host->disk_path = buf_steal(&path);
	host->cpu_percent = NAN;
	proc_file_init(&host->memory.arc, host->root, "proc/spl/kstat/zfs/arcstats");
	proc_file_init(&host->memory.min_free, host->root, "proc/sys/vm/min_free_kbytes");
	proc_file_init(&host->memory.mounts, host->root, "proc/self/mounts");
	for (size_t i = 0; i < COLLECTORS_COUNT; i++) {
		const struct collector *collector = COLLECTORS[i];

		if (collector->file)
			proc_file_init(&sampler->files[i], host->root, collector->file);
		if (collector->otherwise)
			proc_file_init(&sampler->others[i], host->root, collector->otherwise);
	}
	sampler->sample = SAMPLE_NOTHING;
	sampler->troubles = troubles;
	read_boot_id(sampler);
	return sampler;
}

void sampler_free(struct sampler *sampler)
{
	struct host *host;

	if (!sampler)
		return;
	host = &sampler->host;
	for (size_t i = 0; i < COLLECTORS_COUNT; i++) {
		if (COLLECTORS[i]->file)
			proc_file_free(&sampler->files[i]);
		if (COLLECTORS[i]->otherwise)
			proc_file_free(&sampler->others[i]);
	}
	proc_file_free(&host->memory.arc);
	proc_file_free(&host->memory.min_free);
	proc_file_free(&host->memory.mounts);
	buf_free(&host->memory.text);
	if (host->processes)
		closedir(host->processes);
	devices_free(&host->disks);
	devices_free(&host->interfaces);
	free(host->disk_path);
	free(host->root);
	buf_free(&sampler->text);
	free(sampler);
}

/* Measures one collector's part of the sample, which is unknown before. */
static enum err collect(struct sampler *sampler, size_t i, bool compare, struct reason *why)
{
	const struct collector *collector = COLLECTORS[i];
	struct reason other;
	enum err err;

	if (!collector->file)
		return collector->measure(&sampler->host, &sampler->sample, why);
	err = proc_file_read(&sampler->files[i], &sampler->text, compare, why);
	if (err != ERR_NONE && collector->otherwise)
		err = proc_file_read(&sampler->others[i], &sampler->text, compare, &other);
	if (err != ERR_NONE)
		return err;
	return collector->parse(&sampler->host, sampler->text.data, &sampler->sample, why);
}

const struct sample *sampler_take(struct sampler *sampler, enum sampler_scope scope)
{
	bool all = scope == SAMPLER_ALL;
	int64_t now_ms = clock_monotonic_ms();

	sampler->host.looks_anew = all && now_ms - sampler->looked_ms >= ANEW_MS;
	if (sampler->host.looks_anew)
		sampler->looked_ms = now_ms;
	sampler->sample.timestamp_ms = clock_now_ms();
	for (size_t i = 0; i < COLLECTORS_COUNT; i++) {
		const struct collector *collector = COLLECTORS[i];
		struct reason why;

		if (!all && !collector->watched)
			continue;
		memcpy((char *)&sampler->sample + collector->part,
		       (const char *)&SAMPLE_NOTHING + collector->part, collector->part_len);
		if (collect(sampler, i, all, &why) == ERR_NONE) {
			if (troubles_end(sampler->troubles, TROUBLE_METRIC, collector->metric, NULL))
				log_info("sampler", "can be measured again what=%s", collector->metric);
		} else if (troubles_begin(sampler->troubles, TROUBLE_METRIC, collector->metric, why.text)) {
			log_warning("sampler", "cannot measure what=%s error=\"%s\"", collector->metric,
				    why.text);
		}
	}
	return &sampler->sample;
}

void sampler_save(const struct sampler *sampler, struct buf *out)
{
	buf_printf(out, "%s %" PRId64 " %" PRIu64 " %" PRIu64 "\n", sampler->boot_id,
		   sampler->sample.timestamp_ms, sampler->host.cpu_since.busy, sampler->host.cpu_since.total);
}

bool sampler_resume(struct sampler *sampler, const char *saved, int64_t now_ms)
{
	struct cpu_ticks since;
	char boot_id[BOOT_ID_SIZE];
	int64_t taken_ms;

	if (sscanf(saved, "%39s %" SCNd64 " %" SCNu64 " %" SCNu64, boot_id, &taken_ms, &since.busy,
		   &since.total) != 4)
		return false;
	if (strcmp(boot_id, sampler->boot_id) != 0)
		return false;
	if (now_ms - taken_ms < RESUME_MIN_MS || now_ms - taken_ms > RESUME_MAX_MS)
		return false;
	sampler->host.cpu_since = since;
	return true;
}
