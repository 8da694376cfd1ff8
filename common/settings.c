/*
 * Settings from the environment, then from the options, which overwrite them; the one home of getenv. What
 * a setting means is known only to the program that has it in its table.
 */
#include "common/settings.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/number.h"
#include "common/version.h"

#include <ctype.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE      64
#define TEXT_MAX       4096
#define STATE_DIR_MAX  2048
#define OPTION_HELP    1000 /* beyond every index of a table */
#define OPTION_VERSION 1001

#define STATE_DIR_VARIABLE "P2PDASH_STATE_DIR"
#define STATE_DIR_INITIAL  "run"

/* SAMPLE secret-file -> P2PDASH_SECRET_FILE */
static void variable_of(const char *name, char out[NAME_SIZE])
{
	int len = snprintf(out, NAME_SIZE, "P2PDASH_%s", name);

	for (int i = 0; i < len && i < NAME_SIZE - 1; i++)
		out[i] = out[i] == '-' ? '_' : (char)toupper((unsigned char)out[i]);
}

/*
 * Checks the text against the setting's row. `from` is how the person wrote it: "--workers" or
 * "P2PDASH_WORKERS".
 */
static enum err take(const struct setting *setting, const char *from, const char *text,
		     struct setting_value *out, struct reason *why)
{
	size_t max = setting->max ? (size_t)setting->max : TEXT_MAX;

	switch (setting->type) {
	case SETTING_TEXT:
		if (!*text || strlen(text) > max)
			return reason_set(why, ERR_INVALID, "%s must be 1 to %zu bytes long", from, max);
		out->text = text;
		return ERR_NONE;
	case SETTING_INTEGER:
		if (number_parse(text, setting->min, setting->max, &out->number) != ERR_NONE)
			return reason_set(why, ERR_INVALID,
					  "%s must be a whole number from %" PRId64 " to %" PRId64, from,
					  setting->min, setting->max);
		return ERR_NONE;
	case SETTING_FLAG:
		if (number_parse(text, 0, 1, &out->number) != ERR_NONE)
			return reason_set(why, ERR_INVALID, "%s must be 0 or 1", from);
		return ERR_NONE;
	}
	return ERR_INTERNAL;
}

static void print_help(const struct program *program)
{
	bool has_state_dir = false;

	printf("%s - %s\n\nUsage: %s\n\nOptions:\n", program->name, program->summary, program->usage);
	for (size_t i = 0; i < program->settings_count; i++) {
		const struct setting *s = &program->settings[i];
		char left[NAME_SIZE];

		(void)snprintf(left, sizeof(left), "--%s%s%s", s->name, s->value ? " " : "",
			       s->value ? s->value : "");
		printf("  %-28s %s", left, s->help);
		if (s->initial && *s->initial && s->type != SETTING_FLAG)
			printf(" (default: %s)", s->initial);
		has_state_dir = has_state_dir || (s->initial && strstr(s->initial, SETTING_STATE_DIR));
		putchar('\n');
	}
	printf("  %-28s show this help\n  %-28s show the version\n\n", "--help", "--version");
	if (program->settings_count) {
		char variable[NAME_SIZE];

		variable_of(program->settings[0].name, variable);
		printf("Every option can be given as an environment variable, --%s as %s; the option wins.\n",
		       program->settings[0].name, variable);
	}
	if (has_state_dir)
		printf("%s names the state directory of the stack; without it that is %s.\n",
		       STATE_DIR_VARIABLE, STATE_DIR_INITIAL);
	if (program->notes)
		printf("\n%s\n", program->notes);
}

/*
 * The table's own value. One that lies in the state directory becomes the variable's value, as if it had been
 * set, so that its text lives as long as the others.
 */
static enum err default_of(const struct setting *setting, const char *variable, const char **out,
			   struct reason *why)
{
	const char *at = strstr(setting->initial, SETTING_STATE_DIR);
	const char *dir = getenv(STATE_DIR_VARIABLE);
	struct buf text = {0};

	*out = setting->initial;
	if (!at)
		return ERR_NONE;
	if (!dir || !*dir)
		dir = STATE_DIR_INITIAL;
	if (strlen(dir) > STATE_DIR_MAX)
		return reason_set(why, ERR_INVALID, "%s must be at most %d bytes long", STATE_DIR_VARIABLE,
				  STATE_DIR_MAX);
	buf_printf(&text, "%.*s%s%s", (int)(at - setting->initial), setting->initial, dir,
		   at + strlen(SETTING_STATE_DIR));
	if (setenv(variable, text.data, 1) != 0)
		abort(); /* no memory */
	buf_free(&text);
	*out = getenv(variable);
	return ERR_NONE;
}

/* The values of the variables that are set; for the others, the table's own. */
static enum err read_environment(const struct program *program, struct setting_value *values,
				 struct reason *why)
{
	for (size_t i = 0; i < program->settings_count; i++) {
		const struct setting *s = &program->settings[i];
		char variable[NAME_SIZE];
		const char *text, *given;
		enum err err = ERR_NONE;

		variable_of(s->name, variable);
		text = given = getenv(variable);
		if (!given && !s->initial)
			continue;
		if (!given)
			err = default_of(s, variable, &text, why);
		if (err != ERR_NONE)
			return err;
		err = take(s, variable, text, &values[i], why);
		values[i].given = given != NULL;
		/* An empty default says "not set" and is no fault. */
		if (err != ERR_NONE && given)
			return err;
	}
	return ERR_NONE;
}

/*
 * The values of the options, up to the first argument that is none. `options` has the index in the table
 * as its value.
 */
static enum err read_options(const struct program *program, int argc, char **argv,
			     const struct option *options, struct setting_value *values, struct reason *why)
{
	int found;

	opterr = 0;
	optind = 1;
	while ((found = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		const struct setting *s;
		char name[NAME_SIZE + 2];
		enum err err;

		if (found == OPTION_HELP || found == OPTION_VERSION) {
			if (found == OPTION_HELP)
				print_help(program);
			else
				printf("%s %s\n", program->name, P2PDASH_VERSION);
			exit(EXIT_SUCCESS);
		}
		if (found == ':')
			return reason_set(why, ERR_INVALID, "%s needs a value", argv[optind - 1]);
		if (found == '?')
			return reason_set(why, ERR_INVALID, "%s is not an option", argv[optind - 1]);
		s = &program->settings[found];
		(void)snprintf(name, sizeof(name), "--%s", s->name);
		err = take(s, name, s->type == SETTING_FLAG ? "1" : optarg, &values[found], why);
		if (err != ERR_NONE)
			return err;
		values[found].given = true;
	}
	return ERR_NONE;
}

/* Refuses if a setting that has no value of its own was not given. */
static enum err check_given(const struct program *program, const struct setting_value *values,
			    struct reason *why)
{
	for (size_t i = 0; i < program->settings_count; i++) {
		const struct setting *s = &program->settings[i];
		char variable[NAME_SIZE];

		variable_of(s->name, variable);
		if (s->type == SETTING_TEXT && !s->initial && !values[i].text)
			return reason_set(why, ERR_INVALID, "--%s (or %s) must be given", s->name, variable);
	}
	return ERR_NONE;
}

enum err settings_read(const struct program *program, int argc, char **argv, struct setting_value *values,
		       int *rest, struct reason *why)
{
	struct option *options = mem_alloc(program->settings_count + 3, sizeof(*options));
	size_t count = program->settings_count;
	enum err err, environment;

	for (size_t i = 0; i < count; i++)
		options[i] = (struct option){program->settings[i].name,
					     program->settings[i].type == SETTING_FLAG ? no_argument
										       : required_argument,
					     NULL, (int)i};
	options[count] = (struct option){"help", no_argument, NULL, OPTION_HELP};
	options[count + 1] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
	for (size_t i = 0; i < count; i++)
		values[i] = (struct setting_value){0};
	/* --help must work in whatever environment, so its fault is told only after the options were read. */
	environment = read_environment(program, values, why);
	err = read_options(program, argc, argv, options, values, environment == ERR_NONE ? why : NULL);
	free(options);
	if (environment != ERR_NONE || err != ERR_NONE)
		return ERR_INVALID;
	*rest = optind;
	return check_given(program, values, why);
}

void settings_refuse(const struct program *program, const struct reason *why)
{
	fprintf(stderr, "%s: %s\nTry '%s --help'.\n", program->name, why->text, program->name);
	exit(2);
}

void settings_show(const struct program *program, const struct setting_value *values)
{
	for (size_t i = 0; i < program->settings_count; i++) {
		const struct setting *s = &program->settings[i];

		if (s->type != SETTING_TEXT)
			log_info("settings", "%s=%" PRId64, s->name, values[i].number);
		else
			log_info("settings", "%s=%s", s->name,
				 !values[i].text ? ""
				 : s->secret	 ? "***"
						 : values[i].text);
	}
}
