/* Which addresses count as one client. */
#include "fcgi/store/network.h"
#include "tests/unit/cm.h"

static void an_ipv6_client_is_its_64_in_whatever_form(void **state)
{
	static const char *const CASES[][2] = {
		{"192.0.2.7", "192.0.2.7"},
		{"::ffff:192.0.2.7", "192.0.2.7"},
		{"2001:db8:1:2::1", "2001:db8:1:2::"},
		{"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"},
		{"2001:db8:1:3::1", "2001:db8:1:3::"},
		{"2001:db8::1", "2001:db8::"},
		{"2001:db8::3:0:0:0:1", "2001:db8:0:3::"},
		{"2001:db8:0:3::1", "2001:db8:0:3::"},
		{"2001::2:1:0:0:1", "2001:0:0:2::"},
		{"2001:0:0:2::1", "2001:0:0:2::"},
		{"::1", "::"},
		{"fe80::1", "fe80::"},
		{"unix:", "unix:"},
		{"", ""},
	};
	char network[NETWORK_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		network_of(CASES[i][0], network);
		assert_string_equal(network, CASES[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(an_ipv6_client_is_its_64_in_whatever_form)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
