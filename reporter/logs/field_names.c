/*
 * One table: the name of a member, as it is compared, and the field that it is for. Another library's lines
 * are another row. A member of an object within the object has the names of both: `log.level`,
 * {"log":{"level":…}}, `logLevel` and `LOG_LEVEL` are one name. Of two members for one field the one whose
 * row stands first counts.
 */
#include "reporter/logs/field_names.h"

#include <ctype.h>
#include <string.h>

#define ROW(field, name)                              \
	{                                             \
		FIELD_##field, sizeof(name) - 1, name \
	}

static const struct {
	enum entry_field field;
	size_t len;
	const char *name;
} NAMES[] = {
	ROW(TIME, "timestamp"),
	ROW(TIME, "@timestamp"),
	ROW(TIME, "time"),
	ROW(TIME, "ts"),
	ROW(TIME, "datetime"),
	ROW(TIME, "asctime"),
	ROW(TIME, "@t"),
	ROW(TIME, "t"),
	ROW(TIME, "date"),
	ROW(TIME, "t$date"),
	ROW(TIME, "timeunixnano"),
	ROW(TIME, "observedtimeunixnano"),
	ROW(TIME, "instantepochsecond"),
	ROW(TIME, "timemillis"),
	ROW(TIME, "timestampseconds"),
	ROW(TIME, "timestampms"),
	ROW(TIME, "epochmillis"),
	ROW(TIME, "eventtime"),
	ROW(TIME, "logtime"),
	ROW(TIME, "recordtimetimestamp"),
	ROW(TIME, "realtimetimestamp"),
	ROW(TIME, "created"),
	ROW(TIME, "lasttimestamp"),
	ROW(NANOSECONDS, "instantnanoofsecond"),
	ROW(NANOSECONDS, "timestampnanos"),
	ROW(LEVEL, "level"),
	ROW(LEVEL, "levelname"),
	ROW(LEVEL, "severity"),
	ROW(LEVEL, "lvl"),
	ROW(LEVEL, "loglevel"),
	ROW(LEVEL, "@l"),
	ROW(LEVEL, "@level"),
	ROW(LEVEL, "severitytext"),
	ROW(LEVEL, "errorseverity"),
	ROW(LEVEL, "s"),
	ROW(LEVEL, "l"),
	ROW(LEVEL, "sev"),
	ROW(LEVEL, "prio"),
	ROW(LEVEL, "priority"),
	ROW(LEVEL, "recordlevelname"),
	ROW(LEVEL, "label"),
	ROW(LEVEL, "levelstr"),
	ROW(LEVEL, "logseverity"),
	ROW(LEVEL, "eventlevel"),
	ROW(LEVEL, "logsyslogseverityname"),
	ROW(LEVEL, "logsyslogseveritycode"),
	ROW(LEVEL, "syslogseverity"),
	ROW(LEVEL, "levelno"),
	ROW(LEVEL, "levelvalue"),
	ROW(LEVEL, "type"),
	ROW(SEVERITY_NUMBER, "severitynumber"),
	ROW(SEVERITY_LEVEL, "severitylevel"),
	ROW(LOGGER, "loggername"),
	ROW(LOGGER, "logger"),
	ROW(LOGGER, "loglogger"),
	ROW(LOGGER, "name"),
	ROW(LOGGER, "channel"),
	ROW(LOGGER, "target"),
	ROW(LOGGER, "category"),
	ROW(LOGGER, "sourcecontext"),
	ROW(LOGGER, "propertiessourcecontext"),
	ROW(LOGGER, "component"),
	ROW(LOGGER, "@module"),
	ROW(LOGGER, "recordname"),
	ROW(LOGGER, "scopename"),
	ROW(LOGGER, "syslogidentifier"),
	ROW(LOGGER, "program"),
	ROW(LOGGER, "subsystem"),
	ROW(LOGGER, "c"),
	ROW(MESSAGE, "message"),
	ROW(MESSAGE, "msg"),
	ROW(MESSAGE, "shortmessage"),
	ROW(MESSAGE, "@m"),
	ROW(MESSAGE, "@message"),
	ROW(MESSAGE, "renderedmessage"),
	ROW(MESSAGE, "@mt"),
	ROW(MESSAGE, "messagetemplate"),
	ROW(MESSAGE, "fieldsmessage"),
	ROW(MESSAGE, "recordmessage"),
	ROW(MESSAGE, "event"),
	ROW(MESSAGE, "body"),
	ROW(MESSAGE, "bodystringvalue"),
	ROW(MESSAGE, "textpayload"),
	ROW(MESSAGE, "log"),
	ROW(MESSAGE, "text"),
	ROW(MESSAGE, "m"),
	ROW(MESSAGE, "logmessage"),
	ROW(MESSAGE, "eventmessage"),
	ROW(MESSAGE, "messagetext"),
	ROW(MESSAGE, "fullmessage"),
	ROW(MESSAGE, "description"),
	ROW(MESSAGE, "errormessage"),
	ROW(MESSAGE, "errmessage"),
	ROW(MESSAGE, "exceptionmessage"),
	ROW(MESSAGE, "@x"),
	ROW(MODULE, "module"),
	ROW(MODULE, "file"),
	ROW(MODULE, "filename"),
	ROW(MODULE, "caller"),
	ROW(MODULE, "sourcefile"),
	ROW(MODULE, "logoriginfilename"),
	ROW(FUNCTION, "funcname"),
	ROW(FUNCTION, "function"),
	ROW(FUNCTION, "func"),
	ROW(FUNCTION, "sourcefunction"),
	ROW(FUNCTION, "logoriginfunction"),
	ROW(LINE, "lineno"),
	ROW(LINE, "line"),
	ROW(LINE, "sourceline"),
	ROW(LINE, "logoriginfileline"),

};

/* Versions of formats, and what our own entries have beside their fields. */
static const char *const IGNORED[] = {"v", "seq", "node_id", "@version", "ecs.version"};

bool field_name_add(char path[FIELD_NAME_SIZE], const char *name, size_t len)
{
	size_t used = strlen(path);

	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c == '_' || c == '-' || c == '.' || c == ' ')
			continue;
		if (used == FIELD_NAME_SIZE - 1)
			return false;
		path[used++] = (char)tolower((unsigned char)c);
	}
	path[used] = '\0';
	return true;
}

enum entry_field field_name_find(const char *path, size_t *rank)
{
	size_t len = strlen(path);

	for (size_t row = 0; row < sizeof(NAMES) / sizeof(NAMES[0]); row++) {
		if (NAMES[row].len == len && memcmp(NAMES[row].name, path, len) == 0) {
			*rank = row;
			return NAMES[row].field;
		}
	}
	return FIELD_COUNT;
}

bool field_name_is_sign(const char *name)
{
	char path[FIELD_NAME_SIZE] = "";
	enum entry_field field = FIELD_COUNT;
	size_t rank;

	if (field_name_add(path, name, strlen(name)))
		field = field_name_find(path, &rank);
	return field == FIELD_TIME || field == FIELD_LEVEL;
}

bool field_name_is_ignored(const char *name)
{
	for (size_t i = 0; i < sizeof(IGNORED) / sizeof(IGNORED[0]); i++)
		if (strcmp(IGNORED[i], name) == 0)
			return true;
	return false;
}
