/*
 * Accounts. A record's generation grows with every change, and a token that was made for an earlier
 * generation has ended (tokens.h). Errors that are not named are redis_run's.
 */
#ifndef FCGI_STORE_USERS_H
#define FCGI_STORE_USERS_H

#include "common/buf.h"
#include "common/id.h"
#include "common/role.h"
#include "fcgi/store/store.h"

#include <stdint.h>

#define USER_HASH_SIZE 384 /* CRYPT_OUTPUT_SIZE, crypt(3) */

struct user {
	char name[ID_NODE_SIZE];
	char hash[USER_HASH_SIZE]; /* of the password */
	enum role role;
	int64_t generation;
	int64_t created_at_ms;
};

/* ERR_UNKNOWN_USER: there is no such user. ERR_INTERNAL: its record is not what we write. */
enum err users_find(struct store *store, const char *name, struct user *out) MUST_CHECK;

/* Appends [{"username":…,"role":…,"created_at":…}, …] by name. */
enum err users_list(struct store *store, struct buf *out) MUST_CHECK;

/* `name` is an id (id_is_node), `hash` fits USER_HASH_SIZE. ERR_CONFLICT: there is a user of that name. */
enum err users_add(struct store *store, const char *name, const char *hash, enum role role) MUST_CHECK;

/*
 * Gives the user a new password (NULL: as it is) and a new role (ROLE_NONE: as it is); its sessions end.
 * ERR_UNKNOWN_USER; ERR_CONFLICT: that would take the last admin away.
 */
enum err users_change(struct store *store, const char *name, const char *hash, enum role role) MUST_CHECK;

/*
 * Gives the user a new password if the record still has user->generation, and sets that to the new one; all
 * sessions end. ERR_CONFLICT: it has another one. ERR_UNKNOWN_USER.
 */
enum err users_change_password(struct store *store, struct user *user, const char *hash) MUST_CHECK;

/* Removes the user; its sessions end. Errors likewise. */
enum err users_remove(struct store *store, const char *name) MUST_CHECK;

#endif
