/* Where to listen: text in, an address or a refusal out. */
#include "common/listen_address.h"
#include "tests/unit/cm.h"

#include <string.h>

static void addresses_are_read(void **state)
{
	struct listen_address address;
	struct reason why;

	(void)state;
	assert_int_equal(listen_address_parse("unix:run/relay.sock", &address, &why), ERR_NONE);
	assert_string_equal(address.path, "run/relay.sock");
	assert_int_equal(listen_address_parse("127.0.0.1:8090", &address, &why), ERR_NONE);
	assert_string_equal(address.path, "");
	assert_string_equal(address.host, "127.0.0.1");
	assert_int_equal(address.port, 8090);
	assert_int_equal(listen_address_parse("[::1]:65535", &address, &why), ERR_NONE);
	assert_string_equal(address.host, "::1");
	assert_int_equal(address.port, 65535);
}

static void other_addresses_are_refused(void **state)
{
	static const char *const BAD[] = {"",		"unix:",    "8090",    ":8090",	   "host:", "host:0",
					  "host:65536", "host:80x", "host:-1", "host: 80", "[]"};
	char longest[200];
	struct listen_address address;
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
		assert_int_equal(listen_address_parse(BAD[i], &address, &why), ERR_INVALID);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "unix:", 5);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(listen_address_parse(longest, &address, &why), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(other_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
