/* Networks of addresses. The system reads and writes the addresses, so that one spelling stands for each. */
#include "fcgi/store/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

void network_of(const char *address, char out[NETWORK_SIZE])
{
	struct in6_addr network;

	(void)snprintf(out, NETWORK_SIZE, "%s", address);
	if (inet_pton(AF_INET6, address, &network) != 1)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&network)) {
		(void)inet_ntop(AF_INET, &network.s6_addr[12], out, NETWORK_SIZE);
		return;
	}
	memset(&network.s6_addr[8], 0, 8);
	(void)inet_ntop(AF_INET6, &network, out, NETWORK_SIZE);
}
