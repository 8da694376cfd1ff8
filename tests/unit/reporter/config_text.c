/* Writes the text into a file and has it read. */
#include "tests/unit/reporter/config_text.h"

#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <string.h>

enum err config_text_read(const char *text, struct config *config, struct reason *why)
{
	struct folder folder;
	enum err err;

	folder_make(&folder);
	err = config_read(folder_write(&folder, "reporter.conf", text), config, why);
	folder_remove(&folder);
	return err;
}

void config_text_take(const char *text, struct config *config)
{
	struct reason why;

	if (config_text_read(text, config, &why) != ERR_NONE)
		fail_msg("%s: %s", text, why.text);
}

void config_text_refuse(const char *text, const char *expected)
{
	struct config config = {0};
	struct reason why = {.text = ""};

	assert_int_not_equal(config_text_read(text, &config, &why), ERR_NONE);
	if (!strstr(why.text, expected))
		fail_msg("expected \"%s\" in \"%s\"", expected, why.text);
	assert_null(config.reporter.coordinator);
}
