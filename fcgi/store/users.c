/*
 * Accounts in one Redis hash, each a small JSON object.
 *
 * A change reads a record, makes the new one and puts it in its place by a script (scripts.c), which does so
 * only if the record is still the one that was read, and only if an admin is left. Somebody who was faster
 * means reading again; so two changes at once are both made, and the last admin cannot go by two removals at
 * once.
 */
#include "fcgi/store/users.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/mem.h"
#include "fcgi/store/redis.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TRIES	      10   /* of a change; each time somebody else was faster */
#define ADMIN_IS_LAST (-1) /* answer of the script */

/* SAMPLE {"password":"$y$j9T$…","role":"admin","generation":1763375400,"created_at":1763375400123} */
static bool read_user(const char *name, const char *text, size_t len, struct user *out)
{
	struct user user = {0};
	struct json *record = NULL;
	const char *hash = NULL, *role = NULL;
	bool fine;

	if (!id_is_node(name) || json_parse(text, len, &record, NULL) != ERR_NONE)
		return false;
	fine = json_need_text(record, "", "password", USER_HASH_SIZE - 1, &hash, NULL) == ERR_NONE &&
	       json_need_text(record, "", "role", ID_NODE_MAX, &role, NULL) == ERR_NONE &&
	       role_parse(role, &user.role) == ERR_NONE &&
	       json_need_integer(record, "", "generation", 1, INT64_MAX, &user.generation, NULL) ==
		       ERR_NONE &&
	       json_need_integer(record, "", "created_at", 0, INT64_MAX, &user.created_at_ms, NULL) ==
		       ERR_NONE;
	if (fine) {
		memcpy(user.name, name, strlen(name) + 1);
		memcpy(user.hash, hash, strlen(hash) + 1);
		*out = user;
	}
	json_free(record);
	return fine;
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

/* Finds the user, and appends its record as it stands, which put must be told. */
static enum err find(struct store *store, const char *name, struct user *out, struct buf *record)
{
	struct replies replies;
	enum err err;

	redis_add(store, "HGET %s %s", KEY_USERS, name);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	reply_append(replies.item[0], record);
	replies_free(&replies);
	if (!record->len)
		return ERR_UNKNOWN_USER;
	return read_user(name, record->data, record->len, out) ? ERR_NONE : ERR_INTERNAL;
}

enum err users_find(struct store *store, const char *name, struct user *out)
{
	struct buf record = {0};
	enum err err = find(store, name, out, &record);

	buf_free(&record);
	return err;
}

/*
 * Puts `after` in the place of `before` ("" is no record) and tells the relays which generation counts now.
 * *done is false if the record is another by now. ERR_CONFLICT: the last admin would go.
 */
static enum err put(struct store *store, const char *name, const struct buf *before, const struct buf *after,
		    int64_t generation, bool *done)
{
	struct buf message = {0};
	struct replies replies;
	int64_t answer;
	enum err err;

	buf_printf(&message, "user %s %" PRId64, name, generation);
	err = redis_script(store, SCRIPT_PUT_USER, 7,
			   (const char *[]){"1", KEY_USERS, name, buf_string(before), buf_string(after),
					    CHANNEL_REVOKED, message.data},
			   &replies);
	buf_free(&message);
	if (err != ERR_NONE)
		return err;
	answer = reply_number(replies.item[0]);
	replies_free(&replies);
	*done = answer == 1;
	return answer == ADMIN_IS_LAST ? ERR_CONFLICT : ERR_NONE;
}

enum err users_add(struct store *store, const char *name, const char *hash, enum role role)
{
	struct user user = {.role = role, .created_at_ms = clock_now_ms()};
	struct buf none = {0}, record = {0};
	bool done = false;
	enum err err;

	memcpy(user.name, name, strlen(name) + 1);
	memcpy(user.hash, hash, strlen(hash) + 1);
	/* Never a generation that a removed user of this name had, so that its tokens stay dead. */
	user.generation = user.created_at_ms;
	write_user(&user, &record);
	err = put(store, name, &none, &record, user.generation, &done);
	buf_free(&record);
	if (err != ERR_NONE)
		return err;
	return done ? ERR_NONE : ERR_CONFLICT;
}

/* What is to become of a user. */
struct user_change {
	bool remove;
	const char *hash;   /* NULL: as it is */
	enum role role;	    /* ROLE_NONE: as it is */
	int64_t generation; /* only if it still has this one; 0: whatever it has */
};

/* Reads the record and puts the changed one in its place. *done is false if somebody else was faster. */
static enum err try_change(struct store *store, const char *name, const struct user_change *change,
			   bool *done)
{
	struct buf before = {0}, after = {0};
	struct user user;
	enum err err = find(store, name, &user, &before);

	if (err != ERR_NONE)
		goto out;
	if (change->generation && user.generation != change->generation) {
		err = ERR_CONFLICT;
		goto out;
	}
	if (change->hash)
		memcpy(user.hash, change->hash, strlen(change->hash) + 1);
	if (change->role != ROLE_NONE)
		user.role = change->role;
	user.generation = change->remove ? 0 : user.generation + 1;
	if (!change->remove)
		write_user(&user, &after);
	err = put(store, name, &before, &after, user.generation, done);
out:
	buf_free(&before);
	buf_free(&after);
	return err;
}

static enum err change_user(struct store *store, const char *name, const struct user_change *change)
{
	for (int i = 0; i < TRIES; i++) {
		bool done = false;
		enum err err = try_change(store, name, change, &done);

		if (err != ERR_NONE || done)
			return err;
	}
	return ERR_BACKEND_AWAY;
}

enum err users_change(struct store *store, const char *name, const char *hash, enum role role)
{
	return change_user(store, name, &(struct user_change){.hash = hash, .role = role});
}

enum err users_change_password(struct store *store, struct user *user, const char *hash)
{
	const struct user_change change = {.hash = hash, .role = ROLE_NONE, .generation = user->generation};
	enum err err = change_user(store, user->name, &change);

	if (err != ERR_NONE)
		return err;
	user->generation++; /* as try_change did */
	return ERR_NONE;
}

enum err users_remove(struct store *store, const char *name)
{
	return change_user(store, name, &(struct user_change){.remove = true, .role = ROLE_NONE});
}

static int compare_users(const void *a, const void *b)
{
	return strcmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}

enum err users_list(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct replies replies;
	const redisReply *hash;
	struct user *users;
	size_t count = 0;
	enum err err;

	redis_add(store, "HGETALL %s", KEY_USERS);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	hash = replies.item[0]; /* names and records by turns */
	users = mem_alloc(hash->elements / 2 + 1, sizeof(*users));
	for (size_t i = 0; i + 1 < hash->elements; i += 2)
		if (read_user(hash->element[i]->str, hash->element[i + 1]->str, hash->element[i + 1]->len,
			      &users[count]))
			count++;
	replies_free(&replies);
	qsort(users, count, sizeof(*users), compare_users);
	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "username", users[i].name);
		json_put_text(&json, "role", role_name(users[i].role));
		json_put_time(&json, "created_at", users[i].created_at_ms);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	free(users);
	return ERR_NONE;
}
