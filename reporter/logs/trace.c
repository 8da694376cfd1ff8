/*
 * Tables of what runtimes write around a crash, and the shapes of the unindented lines within stack traces.
 * All else in a trace is indented.
 */
#include "reporter/logs/trace.h"

#include <ctype.h>
#include <string.h>

/* Lines that begin so say that something failed, though no logger wrote them. Blanks before them do not
 * count. */
static const struct {
	const char *text;
	struct trace_start start;
} STARTS[] = {
	{"Traceback (most recent call last):", {LEVEL_ERROR, TRACE_ONE_MORE, true}},
	{"Exception in thread \"", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"Uncaught ", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"Unhandled exception", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Unhandled Exception", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Unhandled rejection", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"UnhandledPromiseRejection", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"PHP Fatal error:", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"PHP Parse error:", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"PHP Recoverable fatal error:", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"PHP Core error:", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"PHP Compile error:", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"PHP Warning:", {LEVEL_WARNING, TRACE_OPEN, false}},
	{"PHP Core Warning:", {LEVEL_WARNING, TRACE_OPEN, false}},
	{"PHP Deprecated:", {LEVEL_WARNING, TRACE_OPEN, false}},
	{"PHP Notice:", {LEVEL_INFO, TRACE_OPEN, false}},
	{"Fatal error: ", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Parse error: ", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"Fatal Python error:", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"fatal error: ", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"runtime: goroutine stack exceeds", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"SIGSEGV: segmentation violation", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"terminate called ", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"libc++abi: terminating", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Segmentation fault", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Bus error", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Aborted (core dumped)", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Floating point exception", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Illegal instruction", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"double free or corruption", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"*** stack smashing detected ***", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"*** buffer overflow detected ***", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"# A fatal error has been detected", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"Kernel panic - not syncing", {LEVEL_CRITICAL, TRACE_OPEN, false}},
	{"BUG: ", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"Out of memory: Killed process", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"=ERROR REPORT====", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"=CRASH REPORT====", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"=SUPERVISOR REPORT====", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"=WARNING REPORT====", {LEVEL_WARNING, TRACE_OPEN, false}},
	{"E: ", {LEVEL_ERROR, TRACE_NONE, false}}, /* apt */
	{"W: ", {LEVEL_WARNING, TRACE_NONE, false}},
	{"make: *** ", {LEVEL_ERROR, TRACE_NONE, false}},
	{"npm ERR! ", {LEVEL_ERROR, TRACE_NONE, false}},
	{"npm error ", {LEVEL_ERROR, TRACE_NONE, false}},
	{"npm WARN ", {LEVEL_WARNING, TRACE_NONE, false}},
	{"npm warn ", {LEVEL_WARNING, TRACE_NONE, false}},
	{"OpenJDK 64-Bit Server VM warning:", {LEVEL_WARNING, TRACE_NONE, false}},
	{"Java HotSpot(TM) 64-Bit Server VM warning:", {LEVEL_WARNING, TRACE_NONE, false}},
	{"ORA-", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"TNS-", {LEVEL_ERROR, TRACE_OPEN, false}},
	{"!!! ", {LEVEL_ERROR, TRACE_NONE, false}},
	{"\xe2\xa8\xaf ", {LEVEL_ERROR, TRACE_OPEN, false}},		   /* ⨯ */
	{"\xe2\x9d\x8c ", {LEVEL_ERROR, TRACE_OPEN, false}},		   /* ❌ */
	{"\xe2\x9c\x96 ", {LEVEL_ERROR, TRACE_OPEN, false}},		   /* ✖ */
	{"\xe2\x9a\xa0 ", {LEVEL_WARNING, TRACE_NONE, false}},		   /* ⚠ */
	{"\xe2\x9a\xa0\xef\xb8\x8f ", {LEVEL_WARNING, TRACE_NONE, false}}, /* ⚠ in colour */
};

/* Unindented lines between the parts of a stack trace. */
static const struct {
	const char *text;
	enum trace_state next;
} PARTS[] = {
	{"Traceback (most recent call last):", TRACE_ONE_MORE},
	{"During handling of the above exception", TRACE_OPEN},
	{"The above exception was the direct cause", TRACE_OPEN},
	{"Caused by: ", TRACE_OPEN},
	{"Suppressed: ", TRACE_OPEN},
	{"Stack trace:", TRACE_OPEN},
	{"stack backtrace:", TRACE_OPEN},
	{"PHP Stack trace:", TRACE_OPEN},
	{"PHP   ", TRACE_OPEN},
	{"note: run with `RUST_BACKTRACE", TRACE_OPEN},
	{"goroutine ", TRACE_OPEN},
	{"created by ", TRACE_OPEN},
	{"[signal SIG", TRACE_OPEN},
	{"exit status ", TRACE_OPEN},
	{"--- End of ", TRACE_OPEN},
	{"Node.js v", TRACE_OPEN},
};

static const char *const EXCEPTION_ENDS[] = {"Exception", "Error", "Throwable"};

static bool starts_with(const char *line, size_t len, const char *start)
{
	size_t start_len = strlen(start);

	return len >= start_len && memcmp(line, start, start_len) == 0;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len >= end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

/* SAMPLE thread 'main' panicked at src/main.rs:4:5: */
static bool is_rust_panic(const char *line, size_t len)
{
	return starts_with(line, len, "thread '") && memmem(line, len, "' panicked at ", 14);
}

/* SAMPLE shop: src/basket.c:42: pay: Assertion `order != NULL' failed. */
static bool is_assertion(const char *line, size_t len)
{
	return ends_with(line, len, "' failed.") && memmem(line, len, ": Assertion `", 13);
}

bool trace_begins(const char *line, size_t len, struct trace_start *out)
{
	while (len > 0 && *line == ' ') {
		line++;
		len--;
	}
	for (size_t i = 0; i < sizeof(STARTS) / sizeof(STARTS[0]); i++) {
		if (len > 0 && *line == STARTS[i].text[0] && starts_with(line, len, STARTS[i].text)) {
			*out = STARTS[i].start;
			return true;
		}
	}
	if (!is_rust_panic(line, len) && !is_assertion(line, len))
		return false;
	/* Since 1.73 Rust writes the message on a line of its own. */
	*out = (struct trace_start){LEVEL_CRITICAL, line[len - 1] == ':' ? TRACE_ONE_MORE : TRACE_OPEN,
				    false};
	return true;
}

/* The length of a name of letters, digits and the signs within names of classes. */
static size_t name_len(const char *line, size_t len)
{
	size_t used = 0;

	while (used < len && (isalnum((unsigned char)line[used]) || memchr("._$", line[used], 3)))
		used++;
	return used > 0 && isalpha((unsigned char)*line) ? used : 0;
}

bool trace_is_named_error(const char *line, size_t len, enum level *level)
{
	size_t name = name_len(line, len);

	if (name == 0 || name + 1 >= len || line[name] != ':' || line[name + 1] != ' ')
		return false;
	if (ends_with(line, name, "Error"))
		*level = LEVEL_ERROR;
	else if (ends_with(line, name, "Warning"))
		*level = LEVEL_WARNING;
	else
		return false;
	return true;
}

/* SAMPLE java.lang.IllegalStateException: no file */
static bool is_exception(const char *line, size_t len)
{
	size_t name = name_len(line, len);

	if (name == 0 || !memchr(line, '.', name) || (name < len && line[name] != ':'))
		return false;
	for (size_t i = 0; i < sizeof(EXCEPTION_ENDS) / sizeof(EXCEPTION_ENDS[0]); i++)
		if (name > strlen(EXCEPTION_ENDS[i]) && ends_with(line, name, EXCEPTION_ENDS[i]))
			return true;
	return false;
}

/* SAMPLE main.(*Shop).open(0xc000012345, {0x4, 0x5}) */
static bool is_go_call(const char *line, size_t len)
{
	const char *open = memchr(line, '(', len);
	size_t path = 0;

	if (!open || line[len - 1] != ')')
		return false;
	while (path < len && (isalnum((unsigned char)line[path]) || memchr("./_-*()", line[path], 7)))
		path++;
	return line + path > open && memchr(line, '.', path);
}

/* SAMPLE #0 /srv/shop/index.php(12): open() */
static bool is_numbered_frame(const char *line, size_t len)
{
	size_t digits = 1;

	if (len < 3 || *line != '#')
		return false;
	while (digits < len && isdigit((unsigned char)line[digits]))
		digits++;
	return digits > 1 && digits < len && line[digits] == ' ';
}

bool trace_continues(enum trace_state *state, const char *line, size_t len)
{
	bool one_more = *state == TRACE_ONE_MORE;

	if (*state == TRACE_NONE || len == 0)
		return false;
	if (*line == ' ' || *line == '\t')
		return true;
	for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
		if (*line == PARTS[i].text[0] && starts_with(line, len, PARTS[i].text)) {
			*state = PARTS[i].next;
			return true;
		}
	}
	*state = TRACE_OPEN;
	return one_more || is_exception(line, len) || is_numbered_frame(line, len) || is_go_call(line, len);
}
