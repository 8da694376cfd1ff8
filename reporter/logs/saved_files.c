/* The list of saved positions. What is done with a file that is met again is rotation's to say. */
#include "reporter/logs/saved_files.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* SAMPLE fe01:1a2b3c */
void saved_file_key(const struct file_tail *tail, char out[SOURCE_KEY_MAX + 1])
{
	snprintf(out, SOURCE_KEY_MAX + 1, "%jx:%jx", (uintmax_t)tail->device, (uintmax_t)tail->inode);
}

static void load_one(void *user, const char *key, const char *position)
{
	struct saved_files *saved = user;
	struct saved_file file = {0};

	if (sscanf(key, "%20" SCNxMAX ":%20" SCNxMAX, &file.device, &file.inode) != 2 ||
	    file_position_parse(position, &file.position) != ERR_NONE)
		return;
	snprintf(file.key, sizeof(file.key), "%s", key);
	saved->items = mem_resize(saved->items, saved->count + 1, sizeof(saved->items[0]));
	saved->items[saved->count++] = file;
}

void saved_files_load(struct saved_files *saved, const struct source_sink *sink)
{
	sink->positions(sink->user, load_one, saved);
}

void saved_files_free(struct saved_files *saved)
{
	free(saved->items);
}

bool saved_file_may_be(const struct saved_file *saved, const struct file_tail *tail)
{
	return saved->inode == tail->inode &&
	       (saved->device == tail->device || saved->position.offset >= FILE_HEAD_MAX);
}

void saved_files_drop(struct saved_files *saved, size_t index)
{
	saved->items[index] = saved->items[--saved->count];
}
