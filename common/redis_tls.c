/*
 * The one user of hiredis' TLS, and of OpenSSL's. hiredis by itself checks that a trusted authority signed
 * the certificate, and not whose certificate it is: any host's would do. So the session is made here, with
 * the name to look for, and handed to hiredis.
 */
#include "common/redis_tls.h"

#ifdef REDIS_TLS

#include "common/mem.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

struct redis_tls {
	SSL_CTX *context;
	char host[256];
	char problem[160]; /* of the last certificate that was not accepted; "" if it was */
};

/* Asked for every certificate of the server's chain; the first one that is refused ends the handshake. */
static int on_verified(int accepted, X509_STORE_CTX *store)
{
	SSL *session = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct redis_tls *tls = SSL_get_app_data(session);

	if (!accepted)
		snprintf(tls->problem, sizeof(tls->problem), "its certificate is not accepted: %s",
			 X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return accepted;
}

enum err redis_tls_new(const struct redis_address *address, const char *ca_file, struct redis_tls **out,
		       struct reason *why)
{
	struct redis_tls *tls;
	bool ready;

	if (!address->tls) {
		*out = NULL;
		return ERR_NONE;
	}
	tls = mem_alloc(1, sizeof(*tls));
	snprintf(tls->host, sizeof(tls->host), "%s", address->host);
	tls->context = SSL_CTX_new(TLS_client_method());
	ready = tls->context && SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	if (ready && ca_file)
		ready = SSL_CTX_load_verify_file(tls->context, ca_file) == 1;
	else if (ready)
		ready = SSL_CTX_set_default_verify_paths(tls->context) == 1;
	if (!ready) {
		redis_tls_free(tls);
		return reason_set(why, ERR_INVALID, "redis-ca: %s: %s", ca_file ? ca_file : "the system's",
				  ERR_reason_error_string(ERR_get_error()));
	}
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, on_verified);
	*out = tls;
	return ERR_NONE;
}

void redis_tls_free(struct redis_tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

/* An address is looked for among the certificate's addresses; only a name is also told to the server. */
static bool expect_host(SSL *session, struct redis_tls *tls)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, tls->host, &address) == 1 || inet_pton(AF_INET6, tls->host, &address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), tls->host) == 1;
	return SSL_set1_host(session, tls->host) == 1 && SSL_set_tlsext_host_name(session, tls->host) == 1;
}

bool redis_tls_begin(struct redis_tls *tls, struct redisContext *context)
{
	SSL *session;

	if (!tls)
		return true;
	*tls->problem = '\0';
	session = SSL_new(tls->context);
	if (session && SSL_set_app_data(session, tls) == 1 && expect_host(session, tls) &&
	    redisInitiateSSL(context, session) == REDIS_OK)
		return true;
	SSL_free(session);
	return false;
}

const char *redis_tls_problem(const struct redis_tls *tls, const char *otherwise)
{
	return tls && *tls->problem ? tls->problem : otherwise;
}

#else

enum err redis_tls_new(const struct redis_address *address, const char *ca_file, struct redis_tls **out,
		       struct reason *why)
{
	(void)ca_file;
	if (address->tls)
		return reason_set(
			why, ERR_INVALID,
			"redis: rediss:// needs hiredis 1.0 or newer (Debian 13), and this program was built "
			"without; use redis:// through a tunnel, or unix:");
	*out = NULL;
	return ERR_NONE;
}

void redis_tls_free(struct redis_tls *tls)
{
	(void)tls; /* there is none */
}

bool redis_tls_begin(struct redis_tls *tls, struct redisContext *context)
{
	(void)context;
	return !tls;
}

const char *redis_tls_problem(const struct redis_tls *tls, const char *otherwise)
{
	(void)tls;
	return otherwise;
}

#endif
