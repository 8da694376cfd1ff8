/* Sums over devices by what each has counted since the round before. What the devices are, and which of them
 * count, is the collectors' concern. */
#include "reporter/metrics/devices.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

void devices_free(struct devices *devices)
{
	free(devices->items);
	*devices = (struct devices){0};
}

void devices_begin(struct devices *devices, bool anew)
{
	devices->next = 0;
	for (size_t i = 0; i < devices->count; i++) {
		devices->items[i].seen = false;
		if (anew)
			devices->items[i].rank = RANK_UNKNOWN;
	}
}

struct device *devices_find(struct devices *devices, const char *name, size_t len)
{
	struct device *device;

	if (len >= DEVICE_NAME_SIZE)
		len = DEVICE_NAME_SIZE - 1;
	for (size_t i = 0; i < devices->count; i++) {
		size_t at = (devices->next + i) % devices->count;

		device = &devices->items[at];
		if (strncmp(device->name, name, len) == 0 && device->name[len] == '\0') {
			devices->next = at + 1;
			device->seen = true;
			return device;
		}
	}
	devices->items = mem_resize(devices->items, devices->count + 1, sizeof(devices->items[0]));
	device = &devices->items[devices->count++];
	*device = (struct device){.rank = RANK_UNKNOWN, .seen = true};
	memcpy(device->name, name, len);
	return device;
}

/* Adds what a device has counted since the round before; one whose counters fell began anew. */
static void add(struct devices *devices, struct device *device)
{
	for (int i = 0; i < DEVICE_COUNTERS; i++) {
		uint64_t now = device->now[i], before = device->before[i];

		if (!device->added)
			devices->sums[i] += devices->begun ? 0 : now;
		else
			devices->sums[i] += now >= before ? now - before : now;
		device->before[i] = now;
	}
	device->added = true;
}

int devices_commit(struct devices *devices)
{
	int highest = RANK_NONE;
	size_t kept = 0;

	for (size_t i = 0; i < devices->count; i++)
		if (devices->items[i].seen && devices->items[i].rank > highest)
			highest = devices->items[i].rank;
	for (size_t i = 0; i < devices->count; i++) {
		struct device *device = &devices->items[i];

		if (!device->seen)
			continue;
		if (device->rank == highest && highest > RANK_NONE)
			add(devices, device);
		else
			device->added = false;
		devices->items[kept++] = *device;
	}
	devices->count = kept;
	devices->begun = devices->begun || highest > RANK_NONE;
	return highest;
}
