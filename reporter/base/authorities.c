/* Reads files of certificate authorities as OpenSSL does for a connection. Connections are http_client's
 * concern. */
#include "reporter/base/authorities.h"

#include <openssl/err.h>
#include <openssl/x509.h>

bool authorities_can_be_read(const char *path)
{
	X509_STORE *store = X509_STORE_new();
	bool loaded = store && X509_STORE_load_file(store, path) == 1;

	X509_STORE_free(store);
	ERR_clear_error(); /* or libcurl's next failure would be told with ours */
	return loaded;
}
