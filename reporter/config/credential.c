/*
 * Reads the token's file, and refuses one that is not kept secret: whoever can read the token can report for
 * this machine and take its commands. It does not know what is in a token; the coordinator verifies that.
 */
#include "reporter/config/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_MAX = 4096 };

/* What a JWT is made of (RFC 7515): base64url and dots. Nothing else may get into the header that it is sent
 * in, least of all a line's end. */
#define TOKEN_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="

enum err credential_read(const char *path, struct buf *out, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[TOKEN_MAX + 1], *token;
	struct stat status;
	ssize_t got;
	size_t len;
	enum err err = ERR_NONE;

	if (fd < 0)
		return reason_set(why, ERR_SYSTEM, "token_file %s cannot be read: %s", path, strerror(errno));
	if (fstat(fd, &status) < 0) {
		err = reason_set(why, ERR_SYSTEM, "token_file %s cannot be read: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(status.st_mode)) {
		err = reason_set(why, ERR_INVALID, "token_file %s is not a file", path);
		goto out;
	}
	if (status.st_mode & 0077) { /* also to write: then the token is not ours to trust */
		err = reason_set(why, ERR_INVALID,
				 "token_file %s can be read by others: chmod 600 it, and change the token",
				 path);
		goto out;
	}
	got = read(fd, text, TOKEN_MAX);
	if (got < 0) {
		err = reason_set(why, ERR_SYSTEM, "token_file %s cannot be read: %s", path, strerror(errno));
		goto out;
	}
	text[got] = '\0';
	token = text + strspn(text, " \t\r\n");
	len = strspn(token, TOKEN_LETTERS);
	if (!len || token[len + strspn(token + len, " \t\r\n")]) {
		err = reason_set(why, ERR_INVALID, "token_file %s holds no token", path);
		goto out;
	}
	buf_clear(out);
	buf_append(out, token, len);
out:
	close(fd);
	return err;
}
