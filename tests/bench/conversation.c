/* Sockets and bytes; what they mean is known only to whoever wrote the probe's command line. */
#include "tests/bench/conversation.h"

#include "common/number.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE (256 * 1024)

static enum err unix_connect(const char *path, int type, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path))
		return ERR_INVALID;
	memcpy(address.sun_path, path, strlen(path));
	*fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (*fd < 0 || connect(*fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return ERR_SYSTEM;
	return ERR_NONE;
}

static enum err inet_connect(const char *host_and_port, int *fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const char *colon = strrchr(host_and_port, ':');
	char host[64] = "";
	const int on = 1;
	int64_t port;

	if (!colon || (size_t)(colon - host_and_port) >= sizeof(host) ||
	    number_parse(colon + 1, 1, UINT16_MAX, &port) != ERR_NONE)
		return ERR_INVALID;
	memcpy(host, host_and_port, (size_t)(colon - host_and_port));
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		return ERR_INVALID;
	address.sin_port = htons((uint16_t)port);
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || connect(*fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return ERR_SYSTEM;
	return setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 ? ERR_NONE : ERR_SYSTEM;
}

enum err conversation_open(struct conversation *conversation, const char *address)
{
	enum err err;

	*conversation = (struct conversation){.fd = -1};
	if (strncmp(address, "unix:", 5) == 0)
		err = unix_connect(address + 5, SOCK_STREAM, &conversation->fd);
	else if (strncmp(address, "datagram:", 9) == 0)
		err = unix_connect(address + 9, SOCK_DGRAM, &conversation->fd);
	else
		err = inet_connect(address, &conversation->fd);
	if (err == ERR_NONE && fcntl(conversation->fd, F_SETFL, O_NONBLOCK) != 0)
		err = ERR_SYSTEM;
	if (err != ERR_NONE)
		conversation_close(conversation);
	return err;
}

void conversation_close(struct conversation *conversation)
{
	const int saved = errno;

	if (conversation->fd >= 0)
		close(conversation->fd);
	conversation->fd = -1;
	errno = saved;
}

enum err conversation_say(struct conversation *conversation, const char *data, size_t len)
{
	while (len > 0) {
		const ssize_t sent = send(conversation->fd, data, len, MSG_NOSIGNAL);

		if (sent >= 0) {
			data += sent;
			len -= (size_t)sent;
		} else if (errno == EAGAIN) {
			struct pollfd full = {.fd = conversation->fd, .events = POLLOUT};

			if (poll(&full, 1, -1) < 0)
				return ERR_SYSTEM;
		} else {
			return ERR_SYSTEM;
		}
	}
	return ERR_NONE;
}

static void remember_tail(struct conversation *conversation, const char *data, size_t len)
{
	conversation->tail_len = len < CONVERSATION_TEXT_MAX ? len : CONVERSATION_TEXT_MAX;
	memcpy(conversation->tail, data + len - conversation->tail_len, conversation->tail_len);
}

enum hearing conversation_hear(struct conversation *conversation, const char *text)
{
	char data[CONVERSATION_TEXT_MAX + READ_SIZE];
	size_t len = conversation->tail_len;
	ssize_t got;

	memcpy(data, conversation->tail, len);
	got = recv(conversation->fd, data + len, READ_SIZE, 0);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? HEARING_NOTHING : HEARING_END;
	if (got == 0)
		return HEARING_END;
	len += (size_t)got;
	if (text && memmem(data, len, text, strlen(text))) {
		conversation->tail_len = 0;
		return HEARING_TEXT;
	}
	remember_tail(conversation, data, len);
	return HEARING_NOTHING;
}
