/* The spool's head on disk. */
#include "reporter/spool/head.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Apart by a sector, so that one torn sector cannot hit both. */
enum { SLOT_SIZE = 512 };

struct slot {
	uint32_t checksum;
	uint32_t version;
	struct spool_head head;
};
enum { VERSION = 1 };

static uint32_t checksum(const struct slot *slot)
{
	return (uint32_t)crc32(0, (const unsigned char *)&slot->version, sizeof(*slot) - sizeof(uint32_t));
}

static bool read_slot(int fd, int number, struct spool_head *out)
{
	struct slot slot;

	if (pread(fd, &slot, sizeof(slot), (off_t)number * SLOT_SIZE) != (ssize_t)sizeof(slot) ||
	    slot.version != VERSION || slot.checksum != checksum(&slot))
		return false;
	*out = slot.head;
	return true;
}

enum err spool_head_read(int fd, struct spool_head *out)
{
	struct spool_head heads[2];
	bool valid[2] = {read_slot(fd, 0, &heads[0]), read_slot(fd, 1, &heads[1])};

	if (!valid[0] && !valid[1])
		return ERR_NOT_FOUND;
	*out = !valid[1] || (valid[0] && heads[0].turn > heads[1].turn) ? heads[0] : heads[1];
	return ERR_NONE;
}

enum err spool_head_write(int fd, struct spool_head *head)
{
	struct slot slot;

	memset(&slot, 0, sizeof(slot)); /* the padding is summed up too */
	head->turn++;
	slot.version = VERSION;
	slot.head = *head;
	slot.checksum = checksum(&slot);
	if (pwrite(fd, &slot, sizeof(slot), (off_t)(head->turn % 2) * SLOT_SIZE) != (ssize_t)sizeof(slot))
		return ERR_SYSTEM;
	return ERR_NONE;
}
