/*
 * The bytes of a record: a header with the lengths, then key, position and entry, each with a NUL behind it
 * so that a reader can use them in place.
 */
#include "reporter/spool/record.h"

#include "common/limits.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

struct header {
	uint32_t checksum; /* of everything behind it */
	uint32_t entry_len;
	uint16_t key_len;
	uint16_t position_len;
};

static uint32_t checksum_of(const char *record, size_t len)
{
	return (uint32_t)crc32(0, (const unsigned char *)record + sizeof(uint32_t),
			       (unsigned)(len - sizeof(uint32_t)));
}

void spool_record_write(struct buf *out, const struct spool_record *record)
{
	struct header header = {.entry_len = (uint32_t)record->entry_len,
				.key_len = (uint16_t)strlen(record->key),
				.position_len = (uint16_t)strlen(record->position)};
	size_t start = out->len;

	buf_append(out, &header, sizeof(header));
	buf_append(out, record->key, header.key_len + 1U);
	buf_append(out, record->position, header.position_len + 1U);
	buf_append(out, record->entry, record->entry_len);
	buf_char(out, '\0');
	header.checksum = checksum_of(out->data + start, out->len - start);
	memcpy(out->data + start, &header.checksum, sizeof(header.checksum));
}

enum err spool_record_read(const char *data, size_t len, struct spool_record *out, size_t *used)
{
	struct header header;
	size_t whole;

	if (len < sizeof(header))
		return ERR_NOT_FOUND;
	memcpy(&header, data, sizeof(header));
	/* Checked before the length is believed: what stands here may be no header at all. */
	if (header.entry_len > LIMIT_BODY)
		return ERR_MALFORMED;
	whole = sizeof(header) + header.key_len + header.position_len + header.entry_len + 3U;
	if (len < whole)
		return ERR_NOT_FOUND;
	if (checksum_of(data, whole) != header.checksum)
		return ERR_MALFORMED;
	out->key = data + sizeof(header);
	out->position = out->key + header.key_len + 1;
	out->entry = out->position + header.position_len + 1;
	out->entry_len = header.entry_len;
	*used = whole;
	return ERR_NONE;
}
