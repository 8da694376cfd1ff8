/*
 * /auth: logging in, logging out, the own password, and who one is. A session is a token (common/token.h) in
 * a cookie that scripts of the page cannot read; programs may send the same token in an Authorization header.
 *
 * A login must not tell whether a user exists. An unknown name is therefore answered like a wrong password
 * and takes as long, which means that a password is hashed in any case.
 */
#include "common/clock.h"
#include "fcgi/api/body.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/accounts.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/password.h"
#include "fcgi/store/throttle.h"
#include "fcgi/store/tokens.h"
#include "fcgi/store/users.h"

#include <inttypes.h>
#include <string.h>

/* An empty token that lives for 0 seconds takes the cookie away. */
static void put_cookie(struct call *call, const char *token, int64_t max_age_s)
{
	const char *path = call->request->base_path;
	bool secure = strcmp(call->request->credentials.scheme, "https") == 0;

	response_header(call->response, "Set-Cookie",
			CREDENTIALS_COOKIE "=%s; Path=%s; Max-Age=%" PRId64 "; HttpOnly; SameSite=Strict%s",
			token, *path ? path : "/", max_age_s, secure ? "; Secure" : "");
}

static void write_session(struct call *call, const struct user *user)
{
	struct json_out json = {.buf = &call->response->body};
	int64_t now = clock_now_ms() / 1000, ttl_s = call->context->session_ttl_s;
	struct token_claims claims = {
		.role = user->role,
		.generation = user->generation,
		.issued_at = now,
		.expires_at = now + ttl_s,
	};
	struct buf token = {0};

	memcpy(claims.subject, user->name, sizeof(claims.subject));
	id_random(claims.id);
	token_sign(call->context->secret, &claims, &token);
	put_cookie(call, token.data, ttl_s);
	json_open(&json, '{');
	json_put_text(&json, "access_token", token.data);
	json_put_text(&json, "token_type", "bearer");
	json_put_integer(&json, "expires_in", ttl_s);
	json_put_text(&json, "username", user->name);
	json_put_text(&json, "role", role_name(user->role));
	json_close(&json, '}');
	buf_free(&token);
}

/* The attempt counts before the password is looked at, or many at once would be a way around. */
static enum err begin_attempt(struct call *call, const char *name)
{
	int64_t retry_after_s = 0;
	enum err err = throttle_attempt(call->context->store, call->request->address, name, &retry_after_s);

	if (err != ERR_TOO_MANY_REQUESTS)
		return err;
	response_header(call->response, "Retry-After", "%" PRId64, retry_after_s);
	return reason_set(call->why, err, "too many failed logins; try again in %" PRId64 " s",
			  retry_after_s);
}

/*
 * Finds the user and compares the password. Hashing it takes a processor for tens of milliseconds, so only a
 * few processes do that at the same time, however many people log in; the others wait here.
 */
static enum err check_password(struct call *call, const char *name, const char *password, struct user *user)
{
	struct store *store = call->context->store;
	enum err found = id_is_node(name) ? users_find(store, name, user) : ERR_UNKNOWN_USER;
	struct semaphore_slot slot;
	bool matches;

	if (found != ERR_NONE && found != ERR_UNKNOWN_USER)
		return found;
	semaphore_wait(call->context->semaphores, SEMAPHORE_PASSWORD, call->context->passwords_at_once,
		       &slot);
	matches = password_matches(password, found == ERR_NONE ? user->hash : NULL);
	semaphore_release(call->context->semaphores, &slot);
	if (!matches || found != ERR_NONE)
		return reason_set(call->why, ERR_BAD_CREDENTIALS, "the user name or the password is wrong");
	return throttle_succeeded(store, call->request->address, name);
}

enum err api_login(struct call *call)
{
	const char *name = NULL, *password = NULL;
	struct user user = {.role = ROLE_NONE};
	enum err err = json_need_text(call->body, "", "username", ID_NODE_MAX, &name, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "password", PASSWORD_MAX, &password, call->why);
	if (err != ERR_NONE)
		return err;
	err = begin_attempt(call, name);
	if (err != ERR_NONE)
		return err;
	err = check_password(call, name, password, &user);
	if (err != ERR_NONE)
		return err;
	write_session(call, &user);
	return ERR_NONE;
}

/* The limit is that of logins: a session that was left open must not be a way to guess the password. */
enum err api_password(struct call *call)
{
	const char *name = call->session->subject, *current = NULL, *wanted = NULL;
	struct user user = {.role = ROLE_NONE};
	struct semaphore_slot slot;
	enum err err = json_need_text(call->body, "", "current_password", PASSWORD_MAX, &current, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "new_password", PASSWORD_MAX, &wanted, call->why);
	if (err != ERR_NONE)
		return err;
	err = password_check(wanted, call->why);
	if (err != ERR_NONE)
		return err;
	err = begin_attempt(call, name);
	if (err != ERR_NONE)
		return err;
	err = check_password(call, name, current, &user);
	if (err == ERR_BAD_CREDENTIALS)
		return reason_set(call->why, err, "the current password is wrong");
	if (err != ERR_NONE)
		return err;
	semaphore_wait(call->context->semaphores, SEMAPHORE_PASSWORD, call->context->passwords_at_once,
		       &slot);
	err = accounts_change_password(call->context->store, &user, wanted, call->why);
	semaphore_release(call->context->semaphores, &slot);
	if (err != ERR_NONE)
		return err;
	audits_write_call(call, "user.password", NULL, name);
	token_cache_forget(call->context->token_cache, call->session->id);
	write_session(call, &user);
	return ERR_NONE;
}

enum err api_logout(struct call *call)
{
	enum err err = tokens_revoke(call->context->store, call->session->id, call->session->expires_at);

	if (err != ERR_NONE)
		return err;
	/* Other processes believe the token for less than a second more (token_cache.h). */
	token_cache_forget(call->context->token_cache, call->session->id);
	put_cookie(call, "", 0);
	body_write_success(call);
	return ERR_NONE;
}

enum err api_me(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};

	json_open(&json, '{');
	json_put_text(&json, "username", call->session->subject);
	json_put_text(&json, "role", role_name(call->session->role));
	json_put_time(&json, "expires_at", call->session->expires_at * 1000);
	json_close(&json, '}');
	return ERR_NONE;
}
