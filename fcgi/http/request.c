/* Methods by name, headers, and the phrases that belong to a status. It knows no FastCGI and no route. */
#include "fcgi/http/request.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

static const char *const METHODS[] = {
	[METHOD_GET] = "GET",	  [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE", [METHOD_OTHER] = "",
};

const char *method_name(enum method method)
{
	return METHODS[method];
}

enum method method_of(const char *name)
{
	if (strcmp(name, "HEAD") == 0)
		return METHOD_GET;
	for (size_t i = 0; i < METHOD_OTHER; i++)
		if (strcmp(name, METHODS[i]) == 0)
			return (enum method)i;
	return METHOD_OTHER;
}

void response_header(struct response *response, const char *name, const char *format, ...)
{
	va_list args;

	buf_printf(&response->headers, "%s: ", name);
	va_start(args, format);
	buf_vprintf(&response->headers, format, args);
	va_end(args);
	buf_text(&response->headers, "\r\n");
}

/* The statuses are those of the table in common/err.c, and what handlers set themselves. */
const char *response_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} PHRASES[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{409, "Conflict"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{422, "Unprocessable Content"},
		{429, "Too Many Requests"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
	};

	for (size_t i = 0; i < sizeof(PHRASES) / sizeof(*PHRASES); i++)
		if (PHRASES[i].status == status)
			return PHRASES[i].phrase;
	return "Internal Server Error";
}
