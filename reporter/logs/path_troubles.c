/*
 * Troubles of a section's paths. The name of such a trouble is the section's, and behind it the path; that of
 * the section alone is for the files beyond the limit. What is tried with the paths is for rotation to say.
 */
#include "reporter/logs/path_troubles.h"

#include "common/log.h"

#include <string.h>
#include <unistd.h>

/* SAMPLE app: /var/log/app.log */
#define NAME_SEPARATOR ": "

void path_troubles_begin(struct followed_files *files, const char *path, const char *error)
{
	struct buf name = {0};

	buf_printf(&name, "%s" NAME_SEPARATOR "%s", files->config->name, path);
	if (troubles_begin(files->sink->troubles, TROUBLE_LOG, name.data, error))
		log_warning("source", "cannot follow log=%s path=%s error=\"%s\"", files->config->name, path,
			    error);
	buf_free(&name);
}

bool path_troubles_end(struct followed_files *files, const char *path, const char *error)
{
	struct buf name = {0};
	bool ended;

	buf_printf(&name, "%s" NAME_SEPARATOR "%s", files->config->name, path);
	ended = troubles_end(files->sink->troubles, TROUBLE_LOG, name.data, error);
	buf_free(&name);
	return ended;
}

/* Whether a trouble lasts: it is another section's or a pattern's, or its file is still there. */
static bool on_keep(void *user, const char *name)
{
	const struct followed_files *files = user;
	size_t len = strlen(files->config->name);
	const char *path = name + len + strlen(NAME_SEPARATOR);

	if (strncmp(name, files->config->name, len) != 0 ||
	    strncmp(name + len, NAME_SEPARATOR, strlen(NAME_SEPARATOR)) != 0)
		return true;
	for (size_t i = 0; i < files->config->paths.count; i++)
		if (strcmp(files->config->paths.items[i], path) == 0)
			return true;
	return access(path, F_OK) == 0;
}

void path_troubles_keep(struct followed_files *files)
{
	troubles_keep(files->sink->troubles, TROUBLE_LOG, on_keep, files);
}

void path_troubles_left_out(struct followed_files *files)
{
	const char *name = files->config->name;
	struct buf message = {0};

	if (files->left_out == 0) {
		troubles_end(files->sink->troubles, TROUBLE_LOG, name, NULL);
		return;
	}
	buf_printf(&message, "%zu files are left out, since %d are followed already:%s%s", files->left_out,
		   FOLLOWED_FILES_MAX, files->left_out_names.data,
		   files->left_out > PATH_TROUBLES_NAMED ? " and others" : "");
	if (troubles_begin(files->sink->troubles, TROUBLE_LOG, name, message.data))
		log_warning("source", "%s log=%s", message.data, name);
	buf_free(&message);
}
