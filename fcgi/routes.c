/* The API's routes; a row is a route's whole policy. */
#include "fcgi/routes.h"
#include "common/limits.h"

#define SMALL 8192

const struct route ROUTES[] = {
	/* clang-format off */
	{METHOD_GET,  "/health",                            ACCESS_OPEN,     BODY_NONE, 0,          POOL_QUICK, api_health},
	{METHOD_POST, "/auth/login",                        ACCESS_OPEN,     BODY_JSON, SMALL,      POOL_QUICK, api_login},
	{METHOD_POST, "/auth/logout",                       ACCESS_VIEWER,   BODY_NONE, LIMIT_BODY, POOL_QUICK, api_logout},
	{METHOD_POST, "/auth/revoke",                       ACCESS_VIEWER,   BODY_NONE, LIMIT_BODY, POOL_QUICK, api_logout},
	{METHOD_GET,  "/auth/me",                           ACCESS_VIEWER,   BODY_NONE, 0,          POOL_QUICK, api_me},
	{METHOD_GET,  "/api/dashboard/metrics",             ACCESS_VIEWER,   BODY_NONE, 0,          POOL_QUICK, api_metrics},
	{METHOD_GET,  "/api/dashboard/history/{node_id}",   ACCESS_VIEWER,   BODY_NONE, 0,          POOL_QUICK, api_history},
	{METHOD_GET,  "/api/dashboard/stats",               ACCESS_VIEWER,   BODY_NONE, 0,          POOL_QUICK, api_stats},
	{METHOD_GET,  "/api/dashboard/full-data",           ACCESS_VIEWER,   BODY_NONE, 0,          POOL_QUICK, api_full_data},
	{METHOD_POST, "/api/reporter/report",               ACCESS_WORKER,   BODY_JSON, LIMIT_BODY, POOL_QUICK, api_report},
	/* clang-format on */
};

const size_t ROUTES_COUNT = sizeof(ROUTES) / sizeof(*ROUTES);
