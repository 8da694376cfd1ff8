/*
 * Beats: a daemon that has nothing to say says so. Reports may be five minutes apart, and a coordinator that
 * hears nothing for so long cannot tell a quiet machine from a dead one. So whenever nothing else was posted
 * for a while, an empty call goes out. What the coordinator concludes from silence, it does not know.
 *
 * A beat that fails is not tried again: the next one comes as soon as a retry would.
 */
#include "reporter/uplink/private.h"

static void on_done(void *user, const struct uplink_answer *answer)
{
	struct uplink *uplink = user;

	(void)answer; /* the uplink has logged what there is to know of the way */
	uplink->beat.call = NULL;
}

static void on_silence(void *user)
{
	struct uplink *uplink = user;
	struct buf body = {0};

	if (uplink->beat.call) {
		beat_postpone(uplink);
		return;
	}
	buf_reserve(&body, 1); /* empty, but there: without a body it would be no POST */
	uplink->beat.call = uplink_post(uplink, "/api/reporter/beat", &body, on_done, uplink);
}

void beat_postpone(struct uplink *uplink)
{
	if (uplink->beat.timer)
		timer_start(uplink->beat.timer, uplink->beat.silence_ms);
}

void uplink_begin_beats(struct uplink *uplink, int64_t silence_ms)
{
	uplink_end_beats(uplink);
	uplink->beat.silence_ms = silence_ms;
	uplink->beat.timer = loop_timer(uplink->loop, on_silence, uplink);
	beat_postpone(uplink);
}

void uplink_end_beats(struct uplink *uplink)
{
	uplink_cancel(uplink->beat.call);
	timer_free(uplink->beat.timer);
	uplink->beat = (struct beat){0};
}
