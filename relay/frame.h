/*
 * A message on its way to any number of clients: built once, then shared by reference count and never
 * changed. Before its text there is room into which the transport may write its own header.
 */
#ifndef RELAY_FRAME_H
#define RELAY_FRAME_H

#include "common/buf.h"

#include <stddef.h>

#define FRAME_HEADROOM 32 /* bytes; at least the LWS_PRE of every libwebsockets */

struct frame {
	unsigned references;
	size_t len;   /* of the text */
	char *memory; /* FRAME_HEADROOM bytes, then the text and a NUL */
};

/* Starts a frame in an empty buffer, to which the text is appended. frame_end makes the frame of it, with one
 * reference, and leaves the buffer empty. Until then the buffer can simply be freed. */
void frame_begin(struct buf *buf);
struct frame *frame_end(struct buf *buf);

struct frame *frame_of_text(const char *text);

/* One reference more; one less, with the last of which the frame goes. Releasing NULL is nothing. */
struct frame *frame_share(struct frame *frame);
void frame_release(struct frame *frame);

char *frame_text(const struct frame *frame);

#endif
