/*
 * Shared messages. Knows nothing of what they say nor of who gets them. The relay has one thread, so a plain
 * counter is enough for the references.
 */
#include "relay/frame.h"

#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>

void frame_begin(struct buf *buf)
{
	static const char HEADROOM[FRAME_HEADROOM];

	assert(buf->len == 0);
	buf_append(buf, HEADROOM, sizeof(HEADROOM));
}

struct frame *frame_end(struct buf *buf)
{
	struct frame *frame = mem_alloc(1, sizeof(*frame));

	assert(buf->len >= FRAME_HEADROOM);
	frame->references = 1;
	frame->len = buf->len - FRAME_HEADROOM;
	frame->memory = buf_steal(buf);
	return frame;
}

struct frame *frame_of_text(const char *text)
{
	struct buf buf = {0};

	frame_begin(&buf);
	buf_text(&buf, text);
	return frame_end(&buf);
}

struct frame *frame_share(struct frame *frame)
{
	frame->references++;
	return frame;
}

void frame_release(struct frame *frame)
{
	if (!frame || --frame->references)
		return;
	free(frame->memory);
	free(frame);
}

char *frame_text(const struct frame *frame)
{
	return frame->memory + FRAME_HEADROOM;
}
