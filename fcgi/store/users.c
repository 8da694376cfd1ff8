/* Accounts in one Redis hash, each a small JSON object. */
#include "fcgi/store/users.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/mem.h"
#include "fcgi/store/redis.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHANGED_MEANWHILE_TRIES 10
#define ADMIN_IS_LAST		(-1)

/* SAMPLE {"password":"$y$j9T$…","role":"admin","generation":1763375400,"created_at":1763375400123} */
static enum err read_user(const char *name, const char *text, size_t len, struct user *out)
{
	struct user user = {0};
	struct json *record = NULL;
	const char *hash = NULL, *role = NULL;
	enum err err;

	if (!id_is_node(name) || json_parse(text, len, &record, NULL) != ERR_NONE)
		return ERR_INTERNAL;
	err = json_need_text(record, "", "password", USER_HASH_SIZE - 1, &hash, NULL);
	if (err == ERR_NONE)
		err = json_need_text(record, "", "role", ID_NODE_MAX, &role, NULL);
	if (err == ERR_NONE)
		err = role_parse(role, &user.role);
	if (err == ERR_NONE)
		err = json_need_integer(record, "", "generation", 1, INT64_MAX, &user.generation, NULL);
	if (err == ERR_NONE)
		err = json_need_integer(record, "", "created_at", 0, INT64_MAX, &user.created_at_ms, NULL);
	if (err == ERR_NONE) {
		memcpy(user.name, name, strlen(name) + 1);
		memcpy(user.hash, hash, strlen(hash) + 1);
		*out = user;
	}
	json_free(record);
	return err == ERR_NONE ? ERR_NONE : ERR_INTERNAL;
}

static void write_user(const struct user *user, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_text(&json, "password", user->hash);
	json_put_text(&json, "role", role_name(user->role));
	json_put_integer(&json, "generation", user->generation);
	json_put_integer(&json, "created_at", user->created_at_ms);
	json_close(&json, '}');
}

/* The record as it stands, too ("" if there is none), for put. */
static enum err find(struct store *store, const char *name, struct user *out, struct buf *record)
{
	struct replies replies;
	enum err err;

	redis_add(store, "HGET %s %s", KEY_USERS, name);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	reply_append(replies.item[0], record);
	err = record->len ? read_user(name, record->data, record->len, out) : ERR_UNKNOWN_USER;
	replies_free(&replies);
	return err;
}

enum err users_find(struct store *store, const char *name, struct user *out)
{
	struct buf record = {0};
	enum err err = find(store, name, out, &record);

	buf_free(&record);
	return err;
}

/* ERR_CONFLICT: the last admin. *done is false if the record is another by now. */
static enum err put(struct store *store, const char *name, const struct buf *before, const struct buf *after,
		    int64_t generation, bool *done)
{
	struct buf message = {0};
	struct replies replies;
	enum err err;

	buf_printf(&message, "user %s %" PRId64, name, generation);
	err = redis_script(store, SCRIPT_PUT_USER, 7,
			   (const char *[]){"1", KEY_USERS, name, buf_string(before), buf_string(after),
					    CHANNEL_REVOKED, message.data},
			   &replies);
	buf_free(&message);
	if (err != ERR_NONE)
		return err;
	*done = reply_number(replies.item[0]) == 1;
	err = reply_number(replies.item[0]) == ADMIN_IS_LAST ? ERR_CONFLICT : ERR_NONE;
	replies_free(&replies);
	return err;
}

enum err users_add(struct store *store, const char *name, const char *hash, enum role role)
{
	struct user user = {.role = role, .created_at_ms = clock_now_ms()};
	struct buf none = {0}, record = {0};
	bool done = false;
	enum err err;

	memcpy(user.name, name, strlen(name) + 1);
	memcpy(user.hash, hash, strlen(hash) + 1);
	/* Never one that a removed user of this name had, so that its tokens stay dead. */
	user.generation = user.created_at_ms;
	write_user(&user, &record);
	err = put(store, name, &none, &record, user.generation, &done);
	buf_free(&record);
	return err == ERR_NONE && !done ? ERR_CONFLICT : err;
}

/* What `change` makes of the user as it stands is put in its place, again if somebody else was faster. */
static enum err replace(struct store *store, const char *name, const char *hash, enum role role, bool remove)
{
	bool done = false;
	enum err err = ERR_NONE;

	for (int i = 0; i < CHANGED_MEANWHILE_TRIES && err == ERR_NONE && !done; i++) {
		struct buf before = {0}, after = {0};
		struct user user;

		err = find(store, name, &user, &before);
		if (err == ERR_NONE && !remove) {
			if (hash)
				memcpy(user.hash, hash, strlen(hash) + 1);
			if (role != ROLE_NONE)
				user.role = role;
			user.generation++;
			write_user(&user, &after);
		}
		if (err == ERR_NONE)
			err = put(store, name, &before, &after, remove ? 0 : user.generation, &done);
		buf_free(&before);
		buf_free(&after);
	}
	return err == ERR_NONE && !done ? ERR_BACKEND_AWAY : err;
}

enum err users_change(struct store *store, const char *name, const char *hash, enum role role)
{
	return replace(store, name, hash, role, false);
}

enum err users_remove(struct store *store, const char *name)
{
	return replace(store, name, NULL, ROLE_NONE, true);
}

static int compare_users(const void *a, const void *b)
{
	return strcmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}

static void write_list(const struct user *users, size_t count, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "username", users[i].name);
		json_put_text(&json, "role", role_name(users[i].role));
		json_put_time(&json, "created_at", users[i].created_at_ms);
		json_close(&json, '}');
	}
	json_close(&json, ']');
}

enum err users_list(struct store *store, struct buf *out)
{
	struct replies replies;
	struct user *users;
	size_t count = 0;
	enum err err;

	redis_add(store, "HGETALL %s", KEY_USERS);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	users = mem_alloc(replies.item[0]->elements / 2 + 1, sizeof(*users));
	for (size_t i = 0; i + 1 < replies.item[0]->elements; i += 2) {
		const redisReply *name = replies.item[0]->element[i],
				 *record = replies.item[0]->element[i + 1];

		if (read_user(name->str, record->str, record->len, &users[count]) == ERR_NONE)
			count++;
	}
	qsort(users, count, sizeof(*users), compare_users);
	write_list(users, count, out);
	free(users);
	replies_free(&replies);
	return ERR_NONE;
}
