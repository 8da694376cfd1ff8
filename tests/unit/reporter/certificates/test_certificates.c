/* Certificates in files: made by openssl(1) in a temporary directory, read by the reporter. */
#include "common/clock.h"
#include "common/json.h"
#include "common/limits.h"
#include "reporter/base/troubles.h"
#include "reporter/certificates/certificate.h"
#include "reporter/certificates/certificates.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS	 86400000LL
#define MAX_PATH 8

/* A temporary directory with what the paths of a test name, and the answer to them. */
struct bench {
	char directory[64];
	char *items[MAX_PATH + 1];
	struct config_list paths;
	struct certificates *certificates;
	struct troubles *troubles;
	struct buf text;
	struct json *answer;
};

static void run(const char *directory, const char *command)
{
	struct buf line = {0};

	buf_printf(&line, "cd %s && { %s; } >/dev/null 2>&1", directory, command);
	assert_int_equal(system(line.data), 0);
	buf_free(&line);
}

static int make_certificates(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	snprintf(bench->directory, sizeof(bench->directory), "/tmp/p2pdash-certificates-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	run(bench->directory,
	    "openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.pem -days 30 -set_serial "
	    "0x0A3FC1 "
	    "-subj '/C=DE/O=Exämple, Inc/CN=example.org' -utf8 "
	    "-addext 'subjectAltName=DNS:example.org,DNS:*.example.org,IP:192.0.2.1,IP:2001:db8::1,"
	    "email:a@example.org,URI:https://example.org/' && "
	    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.key -out ec.pem "
	    "-days 10 "
	    "-subj /CN=ec && "
	    "openssl req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.pem -days 10 -subj /CN=ed && "
	    "openssl x509 -in ec.pem -outform DER -out ec.der && "
	    "openssl req -x509 -newkey ed25519 -nodes -keyout long.key -out long.pem -days 10 -subj /CN=long "
	    "-set_serial 0x$(printf 'AB%.0s' $(seq 160)) && "
	    "openssl x509 -in ec.pem -outform DER | LC_ALL=C sed "
	    "'s/[0-9]\\{12\\}Z/26112XXXXXXXZ/g' >odd.der && "
	    "openssl x509 -in odd.der -inform DER -out odd.pem && cat odd.pem ec.pem >odd-chain.pem && "
	    "{ cat rsa.key; echo a comment; cat rsa.pem ec.pem; } >chain.pem && "
	    "mkdir -p live/b live/a a.directory && cp ec.pem live/b/cert.pem && cp ed.pem live/a/cert.pem && "
	    "head -c 5000 /dev/urandom >garbage && : >empty && head -c 300 rsa.pem >cut.pem");
	*state = bench;
	return 0;
}

static int remove_certificates(void **state)
{
	struct bench *bench = *state;

	run(bench->directory, "rm -rf ../\"${PWD##*/}\"");
	free(bench);
	return 0;
}

static void bench_clear(struct bench *bench)
{
	certificates_free(bench->certificates);
	bench->certificates = NULL;
	troubles_free(bench->troubles);
	bench->troubles = NULL;
	json_free(bench->answer);
	bench->answer = NULL;
	buf_free(&bench->text);
	for (size_t i = 0; i < bench->paths.count; i++)
		free(bench->items[i]);
	bench->paths = (struct config_list){.items = bench->items};
}

/* Asks again, of the same object. */
static const struct json *ask(struct bench *bench, int64_t now_ms, size_t count)
{
	json_free(bench->answer);
	buf_clear(&bench->text);
	assert_int_equal(certificates_write(bench->certificates, &bench->text, "worker-1", now_ms), count);
	assert_int_equal(json_parse(bench->text.data, bench->text.len, &bench->answer, NULL), ERR_NONE);
	assert_int_equal(json_count(bench->answer), count);
	return json_first(bench->answer);
}

static void name_paths(struct bench *bench, const char *const *names, size_t count)
{
	bench_clear(bench);
	for (size_t i = 0; i < count; i++)
		assert_true(asprintf(&bench->items[i], "%s/%s", bench->directory, names[i]) > 0);
	bench->items[count] = NULL;
	bench->paths.count = count;
	bench->troubles = troubles_new();
	bench->certificates = certificates_new(&bench->paths, bench->troubles);
}

static const struct json *certificates_of(struct bench *bench, const char *name, size_t count)
{
	name_paths(bench, &name, 1);
	return ask(bench, clock_now_ms(), count);
}

static const char *text_of(const struct json *certificate, const char *key)
{
	const char *text = json_text(json_get(certificate, key));

	assert_non_null(text);
	return text;
}

static void every_field_of_the_contract_is_there(void **state)
{
	static const char *const SANS[] = {"example.org", "*.example.org", "192.0.2.1",
					   "2001:db8::1", "a@example.org", "https://example.org/"};
	struct bench *bench = *state;
	const struct json *rsa = certificates_of(bench, "rsa.pem", 1), *san;
	char path[128];

	snprintf(path, sizeof(path), "%s/rsa.pem", bench->directory);
	assert_string_equal(text_of(rsa, "worker"), "worker-1");
	assert_string_equal(text_of(rsa, "path"), path);
	assert_string_equal(text_of(rsa, "subject"), "CN=example.org,O=Exämple\\, Inc,C=DE");
	assert_string_equal(text_of(rsa, "issuer"), "CN=example.org,O=Exämple\\, Inc,C=DE");
	assert_string_equal(text_of(rsa, "serial"), "0A3FC1");
	assert_string_equal(text_of(rsa, "key"), "RSA 2048");
	assert_int_equal(strlen(text_of(rsa, "fingerprint_sha256")), 95);
	san = json_first(json_get(rsa, "sans"));
	for (size_t i = 0; i < sizeof(SANS) / sizeof(SANS[0]); i++, san = json_next(san))
		assert_string_equal(json_text(san), SANS[i]);
	assert_null(san);
	bench_clear(bench);
}

static void the_fingerprint_is_what_openssl_prints(void **state)
{
	struct bench *bench = *state;
	const struct json *ec = certificates_of(bench, "ec.pem", 1);
	struct buf command = {0};

	buf_printf(&command,
		   "openssl x509 -in ec.pem -noout -fingerprint -sha256 | grep -q '=%s$' && "
		   "openssl x509 -in ec.pem -noout -serial | grep -q '=%s$'",
		   text_of(ec, "fingerprint_sha256"), text_of(ec, "serial"));
	run(bench->directory, command.data);
	buf_free(&command);
	bench_clear(bench);
}

static void days_left_are_whole_days_and_negative_after_the_end(void **state)
{
	struct bench *bench = *state;
	const struct json *ec = certificates_of(bench, "ec.pem", 1);
	const char *from = text_of(ec, "not_before"), *until = text_of(ec, "not_after");
	int64_t from_ms, until_ms;

	assert_int_equal(clock_parse_iso(from, strlen(from), &from_ms), ERR_NONE);
	assert_int_equal(clock_parse_iso(until, strlen(until), &until_ms), ERR_NONE);
	assert_int_equal(until_ms - from_ms, 10 * DAY_MS);
	assert_int_equal(json_number(json_get(ask(bench, from_ms, 1), "days_left")), 10);
	assert_int_equal(json_number(json_get(ask(bench, until_ms - 1, 1), "days_left")), 0);
	assert_int_equal(json_number(json_get(ask(bench, until_ms + 1, 1), "days_left")), -1);
	assert_int_equal(json_number(json_get(ask(bench, until_ms + DAY_MS + 1, 1), "days_left")), -2);
	bench_clear(bench);
}

static void der_and_other_keys_are_read(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(text_of(certificates_of(bench, "ec.der", 1), "key"), "EC P-256");
	assert_string_equal(text_of(certificates_of(bench, "ed.pem", 1), "key"), "ED25519");
	bench_clear(bench);
}

static void a_chain_beside_its_key_gives_each_certificate(void **state)
{
	struct bench *bench = *state;
	const struct json *first = certificates_of(bench, "chain.pem", 2);

	assert_string_equal(text_of(first, "serial"), "0A3FC1");
	assert_string_equal(text_of(json_next(first), "subject"), "CN=ec");
	assert_null(strstr(bench->text.data, "PRIVATE"));
	bench_clear(bench);
}

static void a_damaged_certificate_hides_none_behind_it(void **state)
{
	static const char *const NAMES[] = {"cut-first.pem", "no-base64.pem", "no-certificate.pem"};
	struct bench *bench = *state;

	run(bench->directory,
	    "cat cut.pem rsa.pem ec.pem >cut-first.pem && " /* it ends within a line */
	    "{ sed 's/^MI/!!/' rsa.pem; cat rsa.pem rsa.key; sed 5d rsa.pem; cat ec.pem; } >no-base64.pem && "
	    "{ sed s/CERTIFICATE/CERTIFICATE\\ REQUEST/ ec.pem; head -c 60 ec.key; cat rsa.pem ec.pem; } "
	    ">no-certificate.pem");
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		size_t damaged = i < 2 ? 1 : 0; /* which is said in front of the certificates */
		const struct json *first = certificates_of(bench, NAMES[i], 2 + damaged);

		if (damaged) {
			assert_non_null(strstr(text_of(first, "error"), "certificates in it damaged"));
			first = json_next(first);
		}
		assert_string_equal(text_of(first, "serial"), "0A3FC1");
		assert_string_equal(text_of(json_next(first), "subject"), "CN=ec");
	}
	bench_clear(bench);
}

static size_t damaged_in(const struct bench *bench, const char *name)
{
	struct certificate_set set;
	size_t damaged, len;
	char path[128], data[16 * 1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", bench->directory, name);
	file = fopen(path, "re");
	assert_non_null(file);
	len = fread(data, 1, sizeof(data), file);
	fclose(file);
	certificate_set_read(data, len, &set);
	damaged = set.damaged;
	certificate_set_free(&set);
	return damaged;
}

static void damaged_certificates_are_counted_and_nothing_else_is(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(damaged_in(bench, "cut-first.pem"), 1);
	assert_int_equal(damaged_in(bench, "no-base64.pem"), 2);
	assert_int_equal(damaged_in(bench, "no-certificate.pem"), 0);
	assert_int_equal(damaged_in(bench, "cut.pem"), 1);
	assert_int_equal(damaged_in(bench, "chain.pem"), 0);
	assert_int_equal(damaged_in(bench, "ec.der"), 0);
	assert_int_equal(damaged_in(bench, "garbage"), 0);
}

static void globs_are_followed_in_the_order_of_the_paths(void **state)
{
	static const char *const NAMES[] = {"rsa.pem", "live/*/cert.pem", "r*.pem", "nothing/*.pem"};
	struct bench *bench = *state;
	const struct json *certificate;

	name_paths(bench, NAMES, 4);
	certificate = ask(bench, clock_now_ms(), 3);
	assert_string_equal(text_of(certificate, "serial"), "0A3FC1");
	certificate = json_next(certificate);
	assert_string_equal(text_of(certificate, "subject"), "CN=ed");
	assert_string_equal(text_of(json_next(certificate), "subject"), "CN=ec");
	bench_clear(bench);
}

static void what_cannot_be_read_is_there_with_its_error(void **state)
{
	static const char *const NAMES[] = {"garbage", "empty",	      "cut.pem", "rsa.key",
					    "missing", "a.directory", "ec.p12",	 "ec.p7b"};
	static const char *const ERRORS[] = {"no certificate in it",
					     "no certificate in it",
					     "1 of 1 certificates in it damaged",
					     "no certificate in it",
					     "No such file or directory",
					     "not a regular file",
					     "a PKCS#12 container (.p12) is not read: name a PEM or DER file",
					     "a PKCS#7 container (.p7b) is not read: name a PEM or DER file"};
	const size_t count = sizeof(NAMES) / sizeof(NAMES[0]);
	struct bench *bench = *state;
	const struct json *object;

	run(bench->directory, "openssl pkcs12 -export -nokeys -in ec.pem -passout pass:secret -out ec.p12 && "
			      "openssl crl2pkcs7 -nocrl -certfile ec.pem -out ec.p7b");
	name_paths(bench, NAMES, count);
	object = ask(bench, 1763375400123, count);
	for (size_t i = 0; i < count; i++, object = json_next(object)) {
		assert_int_equal(json_count(object), 4);
		assert_string_equal(text_of(object, "worker"), "worker-1");
		assert_string_equal(text_of(object, "path"), bench->items[i]);
		assert_string_equal(text_of(object, "error"), ERRORS[i]);
		assert_string_equal(text_of(object, "since"), "2025-11-17T10:30:00.123Z");
		assert_false(
			troubles_begin(bench->troubles, TROUBLE_CERTIFICATE, bench->items[i], ERRORS[i]));
	}
	bench_clear(bench);
}

static void what_a_pattern_names_beside_certificates_is_left_out(void **state)
{
	static const char *const NAMES[] = {"beside/*"};
	struct bench *bench = *state;
	const struct json *object;

	run(bench->directory, "mkdir beside && cp ec.pem beside/cert.pem && cp ec.key beside/privkey.pem && "
			      "cp ec.key beside/ec.key && echo text >beside/README");
	name_paths(bench, NAMES, 1);
	assert_string_equal(text_of(ask(bench, clock_now_ms(), 1), "subject"), "CN=ec");
	run(bench->directory, "echo rubbish >beside/broken.crt");
	object = ask(bench, clock_now_ms(), 2);
	assert_string_equal(text_of(object, "error"), "no certificate in it");
	bench_clear(bench);
}

static void a_certificate_that_is_overwritten_or_deleted_stays(void **state)
{
	static const char *const NAMES[] = {"stay/*.pem", "stay/never/*.pem"};
	struct bench *bench = *state;
	const struct json *object;

	run(bench->directory, "mkdir stay && cp ec.pem stay/a.pem && cp ed.pem stay/b.pem");
	name_paths(bench, NAMES, 2);
	(void)ask(bench, 1000, 2);
	assert_false(troubles_begin(bench->troubles, TROUBLE_CERTIFICATE, bench->items[1],
				    "there is no such file yet"));
	run(bench->directory, "echo rubbish >stay/a.pem && rm stay/b.pem");
	object = ask(bench, 2000, 2);
	assert_string_equal(text_of(object, "error"), "no certificate in it");
	assert_string_equal(text_of(json_next(object), "error"), "No such file or directory");
	/* Whatever is wrong, it has been so since then. */
	run(bench->directory, "cp cut.pem stay/a.pem");
	object = ask(bench, 3000, 2);
	assert_string_equal(text_of(object, "error"), "1 of 1 certificates in it damaged");
	assert_string_equal(text_of(object, "since"), "1970-01-01T00:00:02.000Z");
	assert_string_equal(text_of(json_next(object), "since"), "1970-01-01T00:00:02.000Z");
	run(bench->directory, "cp ec.pem stay/a.pem && cp ed.pem stay/b.pem");
	object = ask(bench, 4000, 2);
	assert_string_equal(text_of(object, "subject"), "CN=ec");
	assert_string_equal(text_of(json_next(object), "subject"), "CN=ed");
	bench_clear(bench);
}

static void one_whose_times_cannot_be_read_is_damaged_alone(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(text_of(certificates_of(bench, "odd.der", 1), "error"),
			    "1 of 1 certificates in it damaged");
	assert_string_equal(text_of(json_next(certificates_of(bench, "odd-chain.pem", 2)), "subject"),
			    "CN=ec");
	bench_clear(bench);
}

static void a_serial_beyond_the_limit_is_cut_and_marked(void **state)
{
	struct bench *bench = *state;
	const char *serial = text_of(certificates_of(bench, "long.pem", 1), "serial");

	assert_int_equal(strlen(serial), LIMIT_NAME);
	assert_int_equal(strncmp(serial, "ABAB", 4), 0);
	assert_string_equal(serial + LIMIT_NAME - strlen("…"), "…");
	bench_clear(bench);
}

static void a_renewed_certificate_is_seen(void **state)
{
	struct bench *bench = *state;

	run(bench->directory, "cp ec.pem renewed.pem");
	assert_string_equal(text_of(certificates_of(bench, "renewed.pem", 1), "subject"), "CN=ec");
	run(bench->directory, "cp ed.pem new.pem && mv new.pem renewed.pem");
	assert_string_equal(text_of(ask(bench, clock_now_ms(), 1), "subject"), "CN=ed");
	bench_clear(bench);
}

static void no_more_than_the_limit_are_told(void **state)
{
	struct bench *bench = *state;

	run(bench->directory, "for i in $(seq 600); do cat ec.pem; done >many.pem");
	certificates_of(bench, "many.pem", LIMIT_CERTIFICATES_A_NODE);
	bench_clear(bench);
}

static void a_link_of_another_user_to_what_is_not_the_users_is_not_read(void **state)
{
	struct bench *bench = *state;

	run(bench->directory, "ln -s ec.pem link.pem");
	(void)certificates_of(bench, "link.pem", 1);
	if (geteuid() == 0) { /* nobody else can make a link that belongs to another user */
		run(bench->directory, "chown -h 12345 link.pem");
		assert_non_null(strstr(text_of(ask(bench, clock_now_ms(), 1), "error"), "refused: a link"));
		run(bench->directory, "chown -h 0 link.pem");
		(void)ask(bench, clock_now_ms(), 1);
	}
	bench_clear(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_the_contract_is_there),
		cmocka_unit_test(the_fingerprint_is_what_openssl_prints),
		cmocka_unit_test(days_left_are_whole_days_and_negative_after_the_end),
		cmocka_unit_test(der_and_other_keys_are_read),
		cmocka_unit_test(a_chain_beside_its_key_gives_each_certificate),
		cmocka_unit_test(a_damaged_certificate_hides_none_behind_it),
		cmocka_unit_test(damaged_certificates_are_counted_and_nothing_else_is),
		cmocka_unit_test(globs_are_followed_in_the_order_of_the_paths),
		cmocka_unit_test(what_cannot_be_read_is_there_with_its_error),
		cmocka_unit_test(what_a_pattern_names_beside_certificates_is_left_out),
		cmocka_unit_test(a_certificate_that_is_overwritten_or_deleted_stays),
		cmocka_unit_test(one_whose_times_cannot_be_read_is_damaged_alone),
		cmocka_unit_test(a_serial_beyond_the_limit_is_cut_and_marked),
		cmocka_unit_test(a_renewed_certificate_is_seen),
		cmocka_unit_test(no_more_than_the_limit_are_told),
		cmocka_unit_test(a_link_of_another_user_to_what_is_not_the_users_is_not_read),
	};

	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
