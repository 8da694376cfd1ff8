/* The checkpoint's bytes on disk. Which moves of it make sense is for the spool to know. */
#include "reporter/spool/checkpoint.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
	SLOTS = 2,
	SLOT_SIZE = 512, /* a disk's sector, so that one torn sector cannot hit both slots */
	VERSION = 1,
};

struct slot {
	uint32_t checksum; /* of everything behind it, padding included */
	uint32_t version;
	struct checkpoint checkpoint;
};

static uint32_t checksum_of(const struct slot *slot)
{
	return (uint32_t)crc32(0, (const unsigned char *)&slot->version, sizeof(*slot) - sizeof(uint32_t));
}

enum err checkpoint_read(int fd, struct checkpoint *out)
{
	enum err err = ERR_NOT_FOUND;

	for (off_t number = 0; number < SLOTS; number++) {
		struct slot slot;

		if (pread(fd, &slot, sizeof(slot), number * SLOT_SIZE) != (ssize_t)sizeof(slot) ||
		    slot.version != VERSION || slot.checksum != checksum_of(&slot))
			continue; /* torn, or not written yet */
		if (err == ERR_NONE && slot.checkpoint.writes < out->writes)
			continue;
		*out = slot.checkpoint;
		err = ERR_NONE;
	}
	return err;
}

enum err checkpoint_write(int fd, struct checkpoint *checkpoint)
{
	struct slot slot;

	memset(&slot, 0, sizeof(slot)); /* an initialiser may leave the padding as it was */
	checkpoint->writes++;
	slot.version = VERSION;
	slot.checkpoint = *checkpoint;
	slot.checksum = checksum_of(&slot);
	if (pwrite(fd, &slot, sizeof(slot), (off_t)(checkpoint->writes % SLOTS) * SLOT_SIZE) !=
	    (ssize_t)sizeof(slot))
		return ERR_SYSTEM;
	return ERR_NONE;
}
