/* Short texts from outside: times, addresses, tokens, stored states and commands. */
#include "common/clock.h"
#include "common/command.h"
#include "common/credentials.h"
#include "common/mem.h"
#include "common/node.h"
#include "common/redis_address.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void read_terminated(const char *text)
{
	static const struct token_secret SECRET = {.bytes = "0123456789abcdef0123456789abcdef", .len = 32};
	struct credentials credentials = {text, text, text, text, text};
	char token[TOKEN_MAX_LEN + 1];
	struct redis_address address;
	struct token_claims claims;
	struct reason why;
	bool by_cookie;

	(void)credentials_same_origin(&credentials);
	if (credentials_token(&credentials, token, &by_cookie, &why) == ERR_NONE &&
	    token_verify(&SECRET, token, 0, &claims) == ERR_NONE)
		abort(); /* nobody guesses a signature */
	if (redis_address_parse(text, &address, &why) == ERR_NONE && !*address.path && !*address.host)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const char *text = (const char *)data;
	char *copy = mem_copy(text, len);
	struct node_head head = {0};
	struct buf out = {0};
	int64_t ms;

	(void)!clock_parse_iso(text, len, &ms);
	(void)!node_head_read(text, len, &head);
	(void)!command_write(&out, text, len, 0);
	node_write(&out, (struct span){text, len}, &(struct node_presence){0}, NULL, 0);
	node_write_summary(&out, (struct span){text, len}, &head, &(struct node_presence){0}, 0);
	(void)text_contains(text, len, text + len / 2, len - len / 2);
	read_terminated(copy);
	buf_free(&out);
	free(copy);
	return 0;
}
