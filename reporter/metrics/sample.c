/* What a sample says, on the wire; and what it says of what was not measured. */
#include "reporter/metrics/sample.h"

#include "common/json.h"

#include <math.h>

#define UNKNOWN SAMPLE_UNKNOWN

const struct sample SAMPLE_NOTHING = {
	.cpu = {NAN, UNKNOWN},
	.memory = {NAN, UNKNOWN, UNKNOWN, UNKNOWN},
	.disk = {NAN, UNKNOWN, UNKNOWN, UNKNOWN},
	.resident_bytes = UNKNOWN,
	.load = {NAN, NAN, NAN},
	.disk_io = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
	.network = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
	.process_count = UNKNOWN,
	.booted_ms = UNKNOWN,
};

enum err sample_sums(const struct devices *devices, int64_t *const out[DEVICE_COUNTERS], struct reason *why)
{
	enum err err = ERR_NONE;

	for (int i = 0; i < DEVICE_COUNTERS; i++) {
		if (devices->sums[i] <= INT64_MAX)
			*out[i] = (int64_t)devices->sums[i];
		else
			err = reason_set(why, ERR_MALFORMED, "the devices together count more than 8 EiB");
	}
	return err;
}

static void put_count(struct json_out *out, const char *key, int64_t value)
{
	if (value == UNKNOWN)
		json_put_null(out, key);
	else
		json_put_integer(out, key, value);
}

void sample_write(const struct sample *sample, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_number(&json, "cpu_percent", sample->cpu.percent);
	put_count(&json, "cpu_count", sample->cpu.count);
	json_open_member(&json, "memory", '{');
	json_put_number(&json, "percent", sample->memory.percent);
	put_count(&json, "total", sample->memory.total);
	put_count(&json, "available", sample->memory.available);
	put_count(&json, "used", sample->memory.used);
	json_close(&json, '}');
	json_open_member(&json, "disk", '{');
	json_put_number(&json, "percent", sample->disk.percent);
	put_count(&json, "total", sample->disk.total);
	put_count(&json, "free", sample->disk.free);
	put_count(&json, "used", sample->disk.used);
	json_close(&json, '}');
	json_put_number(&json, "memory_usage_mb",
			sample->resident_bytes == UNKNOWN ? NAN
							  : (double)sample->resident_bytes / (1024 * 1024));
	if (isnan(sample->load[0])) {
		json_put_null(&json, "load_average");
	} else {
		json_open_member(&json, "load_average", '[');
		for (int i = 0; i < 3; i++)
			json_put_number(&json, NULL, sample->load[i]);
		json_close(&json, ']');
	}
	json_open_member(&json, "disk_io", '{');
	put_count(&json, "read_bytes", sample->disk_io.read_bytes);
	put_count(&json, "write_bytes", sample->disk_io.write_bytes);
	put_count(&json, "read_count", sample->disk_io.read_count);
	put_count(&json, "write_count", sample->disk_io.write_count);
	json_close(&json, '}');
	json_open_member(&json, "network_io", '{');
	put_count(&json, "bytes_sent", sample->network.bytes_sent);
	put_count(&json, "bytes_recv", sample->network.bytes_recv);
	put_count(&json, "packets_sent", sample->network.packets_sent);
	put_count(&json, "packets_recv", sample->network.packets_recv);
	json_close(&json, '}');
	put_count(&json, "process_count", sample->process_count);
	if (sample->booted_ms == UNKNOWN)
		json_put_null(&json, "boot_time");
	else
		json_put_time(&json, "boot_time", sample->booted_ms);
	json_put_time(&json, "timestamp", sample->timestamp_ms);
	json_close(&json, '}');
}
