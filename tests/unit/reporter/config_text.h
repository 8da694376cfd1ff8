/* Configurations given as texts: what is taken of them, and what is refused. */
#ifndef TESTS_UNIT_REPORTER_CONFIG_TEXT_H
#define TESTS_UNIT_REPORTER_CONFIG_TEXT_H

#include "reporter/config/config.h"

/* The section that every configuration needs, three lines. */
#define CONFIG_TEXT_REPORTER "[reporter]\ncoordinator = https://c.example/\nnode_id = w-1\n"

/* Reads the text from a file that is called reporter.conf. */
enum err config_text_read(const char *text, struct config *config, struct reason *why);

/* Fails the test unless the text is taken; the caller frees *config. */
void config_text_take(const char *text, struct config *config);

/* Fails the test unless the text is refused with a sentence that holds `expected`. */
void config_text_refuse(const char *text, const char *expected);

#endif
