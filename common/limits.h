/* The bounds of the wire contract, in one place. Sizes in bytes, times in the unit of their name. */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

#define LIMIT_BODY		    (1024 * 1024) /* a request's body, after gunzip too */
#define LIMIT_JSON_DEPTH	    32
#define LIMIT_ENTRIES_A_BATCH	    1000
#define LIMIT_MESSAGE		    (64 * 1024) /* a log message in JSON; longer ones are cut and marked */
#define LIMIT_NAME		    256 /* logger, module, function and other short texts of an entry */
#define LIMIT_SERVICES_A_NODE	    256
#define LIMIT_CERTIFICATES_A_NODE   512
#define LIMIT_HISTORY_POINTS	    100
#define LIMIT_HISTORY_POINTS_PUSHED 50 /* a node's points in WebSocket messages */
#define LIMIT_LOG_ENTRIES_A_NODE    1000
#define LIMIT_LOG_BYTES_A_NODE	    (4 * 1024 * 1024)
#define LIMIT_COMMANDS_A_NODE	    100 /* waiting at once */
#define LIMIT_NODES		    10000

#define LIMIT_INTERVAL_MIN_S  30
#define LIMIT_INTERVAL_MAX_S  300
#define LIMIT_SILENCE_S	      600 /* a worker silent for longer is removed */
#define LIMIT_COMMAND_KEPT_S  3600
#define LIMIT_QUESTION_MS     2000	      /* a command that only asks is answered within this */
#define LIMIT_QUESTION_KEPT_S 60	      /* a command that only asks */
#define LIMIT_LOGS_KEPT_S     (7 * 24 * 3600) /* after the node's last entry */

#endif
