/* Reads the token's file, and refuses one that is not kept secret. */
#include "reporter/config/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_MAX = 4096 };

/* What a JWT is made of (RFC 7515): base64url and dots. Anything else must not get into a header. */
#define TOKEN_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="

static enum err check_file(int fd, const char *path, struct reason *why)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return reason_set(why, ERR_SYSTEM, "token_file %s cannot be read: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return reason_set(why, ERR_INVALID, "token_file %s is not a file", path);
	if (status.st_mode & 0077)
		return reason_set(why, ERR_INVALID,
				  "token_file %s can be read by others: chmod 600 it, and change the token",
				  path);
	return ERR_NONE;
}

static enum err take_token(char *text, const char *path, struct buf *out, struct reason *why)
{
	char *token = text + strspn(text, " \t\r\n");
	size_t len = strspn(token, TOKEN_LETTERS);

	if (!len || token[len + strspn(token + len, " \t\r\n")])
		return reason_set(why, ERR_INVALID, "token_file %s holds no token", path);
	buf_clear(out);
	buf_append(out, token, len);
	return ERR_NONE;
}

enum err credential_read(const char *path, struct buf *out, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[TOKEN_MAX + 1];
	ssize_t got = -1;
	enum err err;

	if (fd < 0)
		return reason_set(why, ERR_SYSTEM, "token_file %s cannot be read: %s", path, strerror(errno));
	err = check_file(fd, path, why);
	if (!err)
		got = read(fd, text, TOKEN_MAX);
	if (!err && got < 0)
		err = reason_set(why, ERR_SYSTEM, "token_file %s cannot be read: %s", path, strerror(errno));
	close(fd);
	if (!err) {
		text[got] = '\0';
		err = take_token(text, path, out, why);
	}
	return err;
}
