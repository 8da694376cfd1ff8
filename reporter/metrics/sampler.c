/*
 * The table of collectors, and the reading for them. What the files mean is the collectors' concern. Reading
 * and parsing are apart, so that a test brings its own tree of files, and so that one buffer serves them all.
 */
#include "reporter/metrics/sampler.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TEXT_SIZE = 256 * 1024,		/* the longest file: proc/stat of a machine with 1000 processors */
	BOOT_ID_SIZE = 40,		/* a UUID and a NUL, with room to spare */
	RESUME_MIN_MS = 1000,		/* the CPU's share of less would be noise */
	RESUME_MAX_MS = 10 * 60 * 1000, /* and that of more is no news */
};

/* A row for each file of this room that measures something. */
static const struct collector *const COLLECTORS[] = {
	&collect_cpu,  &collect_memory,	 &collect_disk,	   &collect_self,
	&collect_load, &collect_disk_io, &collect_network, &collect_processes,
};
enum { COLLECTORS_COUNT = sizeof(COLLECTORS) / sizeof(COLLECTORS[0]) };

struct sampler {
	struct host host;
	struct sample sample;
	char boot_id[BOOT_ID_SIZE];
	int files[COLLECTORS_COUNT];	/* open since sampler_new; -1: none, or it could not be opened */
	bool failing[COLLECTORS_COUNT]; /* logged already */
	char text[TEXT_SIZE];		/* the file that is just being parsed */
};

/* Reads an open file of /proc from its beginning. A file that does not fit ends with its last whole line. */
static enum err read_file(int fd, char text[TEXT_SIZE])
{
	size_t len = 0;

	for (;;) {
		ssize_t got = pread(fd, text + len, TEXT_SIZE - 1 - len, (off_t)len);

		if (got < 0)
			return ERR_SYSTEM;
		len += (size_t)got;
		if (got == 0)
			break;
	}
	while (len == TEXT_SIZE - 1 && text[len - 1] != '\n' && len > 1)
		len--;
	text[len] = '\0';
	return len ? ERR_NONE : ERR_MALFORMED;
}

static int open_below(const char *root, const char *file)
{
	struct buf path = {0};
	int fd;

	buf_printf(&path, "%s%s", root, file);
	fd = open(path.data, O_RDONLY | O_CLOEXEC);
	buf_free(&path);
	return fd;
}

struct sampler *sampler_new(const char *root, const char *disk_path)
{
	struct sampler *sampler = mem_alloc(1, sizeof(*sampler));
	struct host *host = &sampler->host;
	struct buf path = {0};
	int boot_id;

	buf_printf(&path, "%s/", strcmp(root, "/") == 0 ? "" : root);
	host->root = buf_steal(&path);
	buf_printf(&path, "%s%s", host->root, disk_path + (*disk_path == '/'));
	host->disk_path = buf_steal(&path);
	buf_printf(&path, "%sproc", host->root);
	host->processes = opendir(path.data);
	buf_free(&path);
	for (size_t i = 0; i < COLLECTORS_COUNT; i++) {
		const struct collector *collector = COLLECTORS[i];

		sampler->files[i] = collector->file ? open_below(host->root, collector->file) : -1;
		if (sampler->files[i] < 0 && collector->otherwise)
			sampler->files[i] = open_below(host->root, collector->otherwise);
	}
	/* Ticks are counted from the boot, and those of another one mean nothing. Without an id nothing is
	 * resumed. */
	boot_id = open_below(host->root, "proc/sys/kernel/random/boot_id");
	if (boot_id < 0)
		return sampler;
	if (read_file(boot_id, sampler->text) == ERR_NONE)
		snprintf(sampler->boot_id, sizeof(sampler->boot_id), "%.*s",
			 (int)strcspn(sampler->text, " \n"), sampler->text);
	close(boot_id);
	return sampler;
}

void sampler_free(struct sampler *sampler)
{
	if (!sampler)
		return;
	for (size_t i = 0; i < COLLECTORS_COUNT; i++) {
		if (sampler->files[i] >= 0)
			close(sampler->files[i]);
	}
	if (sampler->host.processes)
		closedir(sampler->host.processes);
	free(sampler->host.disks);
	free(sampler->host.disk_path);
	free(sampler->host.root);
	free(sampler);
}

/* Brings one collector's part of the sample up to date, or leaves it as it is. */
static enum err collect(struct sampler *sampler, size_t i)
{
	const struct collector *collector = COLLECTORS[i];
	enum err err;

	if (!collector->file)
		return collector->measure(&sampler->host, &sampler->sample);
	err = read_file(sampler->files[i], sampler->text);
	if (err != ERR_NONE)
		return err;
	return collector->parse(&sampler->host, sampler->text, &sampler->sample);
}

const struct sample *sampler_take(struct sampler *sampler, enum sampler_scope scope)
{
	sampler->sample.timestamp_ms = clock_now_ms();
	for (size_t i = 0; i < COLLECTORS_COUNT; i++) {
		enum err err;

		if (scope == SAMPLER_WATCHED && !COLLECTORS[i]->watched)
			continue;
		errno = 0;
		err = collect(sampler, i);
		if (err != ERR_NONE && !sampler->failing[i])
			log_warning("sampler", "cannot measure what=%s error=%s", COLLECTORS[i]->name,
				    errno ? strerror(errno) : err_code(err));
		sampler->failing[i] = err != ERR_NONE;
	}
	return &sampler->sample;
}

void sampler_write(const struct sample *sample, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_number(&json, "cpu_percent", sample->cpu_percent);
	json_put_integer(&json, "cpu_count", sample->cpu_count);
	json_open_member(&json, "memory", '{');
	json_put_number(&json, "percent", sample->memory.percent);
	json_put_integer(&json, "total", sample->memory.total);
	json_put_integer(&json, "available", sample->memory.available);
	json_put_integer(&json, "used", sample->memory.used);
	json_close(&json, '}');
	json_open_member(&json, "disk", '{');
	json_put_number(&json, "percent", sample->disk.percent);
	json_put_integer(&json, "total", sample->disk.total);
	json_put_integer(&json, "free", sample->disk.free);
	json_put_integer(&json, "used", sample->disk.used);
	json_close(&json, '}');
	json_put_number(&json, "memory_usage_mb", (double)sample->resident_bytes / (1024 * 1024));
	json_open_member(&json, "load_average", '[');
	for (int i = 0; i < 3; i++)
		json_put_number(&json, NULL, sample->load[i]);
	json_close(&json, ']');
	json_open_member(&json, "disk_io", '{');
	json_put_integer(&json, "read_bytes", sample->disk_io.read_bytes);
	json_put_integer(&json, "write_bytes", sample->disk_io.write_bytes);
	json_put_integer(&json, "read_count", sample->disk_io.read_count);
	json_put_integer(&json, "write_count", sample->disk_io.write_count);
	json_close(&json, '}');
	json_open_member(&json, "network_io", '{');
	json_put_integer(&json, "bytes_sent", sample->network.bytes_sent);
	json_put_integer(&json, "bytes_recv", sample->network.bytes_recv);
	json_put_integer(&json, "packets_sent", sample->network.packets_sent);
	json_put_integer(&json, "packets_recv", sample->network.packets_recv);
	json_close(&json, '}');
	json_put_integer(&json, "process_count", sample->process_count);
	json_put_time(&json, "timestamp", sample->timestamp_ms);
	json_close(&json, '}');
}

void sampler_save(const struct sampler *sampler, struct buf *out)
{
	buf_printf(out, "%s %" PRId64 " %" PRIu64 " %" PRIu64 "\n", sampler->boot_id,
		   sampler->sample.timestamp_ms, sampler->sample.cpu_since.busy,
		   sampler->sample.cpu_since.total);
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
	sampler->sample.cpu_since = since;
	return true;
}
