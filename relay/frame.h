/*
 * A message on its way to any number of clients: built once, then shared by reference count and never
 * changed. Before its bytes there is room into which the transport may write its own header.
 */
#ifndef RELAY_FRAME_H
#define RELAY_FRAME_H

#include "common/buf.h"

#include <stddef.h>

#define FRAME_HEADROOM 32 /* at least the LWS_PRE of every libwebsockets */

struct frame {
	unsigned references;
	size_t len;
	char *memory; /* FRAME_HEADROOM bytes, then `len` bytes of text */
};

/* Starts an empty buffer; the text is appended to it. */
void frame_begin(struct buf *buf);

/* The frame of what was appended since frame_begin, with one reference; the buffer is empty afterwards. */
struct frame *frame_end(struct buf *buf);

struct frame *frame_of_text(const char *text);
struct frame *frame_share(struct frame *frame); /* one reference more */
void frame_release(struct frame *frame);	/* NULL is nothing */

char *frame_text(const struct frame *frame);

#endif
