/*
 * The thresholds as a table. A value without a row for a level never reaches it: a busy processor is worth a
 * look, but no emergency.
 */
#include "common/thresholds.h"

#include "common/limits.h"

const struct threshold *thresholds_list(size_t *count)
{
	static const struct threshold TABLE[] = {
		{"cpu_percent", "warning", 95},
		{"memory_percent", "warning", 90},
		{"memory_percent", "danger", 95},
		{"disk_percent", "warning", 85},
		{"disk_percent", "danger", 90},
		{"certificate_days", "warning", 30},
		{"certificate_days", "danger", 7},
		{"unheard_seconds", "warning", LIMIT_UNHEARD_S},
		{"unheard_seconds", "danger", LIMIT_UNHEARD_S + 15},
	};

	*count = sizeof(TABLE) / sizeof(*TABLE);
	return TABLE;
}
