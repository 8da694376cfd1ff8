/*
 * The bounds of the wire contract (docs/API.md, docs/PROTOCOL.md), in one place: the API refuses values
 * beyond them, the reporter keeps to them, and every buffer and list is bounded by them. Sizes are in bytes,
 * times in the unit that their name ends in.
 */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

#define LIMIT_BODY		    (1024 * 1024) /* a request's body, after gunzip too */
#define LIMIT_JSON_DEPTH	    32		  /* arrays and objects inside each other */
#define LIMIT_ENTRIES_A_BATCH	    1000
#define LIMIT_MESSAGE		    (64 * 1024) /* a log message in JSON; longer ones are cut and marked */
#define LIMIT_FIELDS		    4096	/* of a log entry, as JSON; what goes beyond is left out */
#define LIMIT_NAME		    256		/* a logger, module or function, and other short texts */
#define LIMIT_SERVICES_A_NODE	    256
#define LIMIT_CERTIFICATES_A_NODE   512
#define LIMIT_TROUBLES_A_NODE	    32
#define LIMIT_TROUBLE		    300 /* a trouble's name, and its message */
#define LIMIT_HISTORY_POINTS	    100 /* a node's points that are kept */
#define LIMIT_HISTORY_POINTS_PUSHED 50	/* a node's points in WebSocket messages */
#define LIMIT_LOG_ENTRIES_A_NODE    1000
#define LIMIT_LOG_BYTES_A_NODE	    (4 * 1024 * 1024)
#define LIMIT_COMMANDS_A_NODE	    100 /* waiting at once */

#define LIMIT_INTERVAL_MIN_S  30 /* between two reports of a worker */
#define LIMIT_INTERVAL_MAX_S  300
#define LIMIT_SILENCE_S	      600	      /* a worker that is silent for longer is missing */
#define LIMIT_UNHEARD_S	      30	      /* a daemon of which nothing is heard for longer is stale */
#define LIMIT_COMMAND_KEPT_S  3600	      /* a command and its result, after it is over */
#define LIMIT_QUESTION_MS     2000	      /* how long a caller waits for a command that only asks */
#define LIMIT_QUESTION_KEPT_S 60	      /* the same of a command that only asks */
#define LIMIT_LOGS_KEPT_S     (7 * 24 * 3600) /* a node's entries, after the last of them */

#endif
