/*
 * The API's routes. A row is a route's whole policy: who may call it, what body it takes, in which pool it
 * runs, and which function answers. What only reads the store is answered by the model's function itself,
 * named as `.read`; everything else has a handler in this folder.
 *
 * POOL_WAITING is for calls that may hold a process for long: those that wait for a worker, hash a password
 * or search the log. nginx sends them to a socket of their own (nginx/server/api.conf), so a row that moves
 * to another pool must move there, too; a test compares the two.
 */
#include "fcgi/api/routes.h"

#include "common/limits.h"
#include "fcgi/model/logbook.h"
#include "fcgi/model/overview.h"

#define SMALL 8192 /* bytes of a body that holds a few names */

const struct route ROUTES[] = {
	/* clang-format off */
	{METHOD_GET,    "/health",                               ACCESS_OPEN,     BODY_NONE,     0,          POOL_QUICK,   .handle = api_health},

	{METHOD_POST,   "/auth/login",                           ACCESS_OPEN,     BODY_JSON,     SMALL,      POOL_WAITING, .handle = api_login},
	{METHOD_POST,   "/auth/password",                        ACCESS_VIEWER,   BODY_JSON,     SMALL,      POOL_WAITING, .handle = api_password},
	{METHOD_POST,   "/auth/logout",                          ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_logout},
	{METHOD_POST,   "/auth/revoke",                          ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_logout},
	{METHOD_GET,    "/auth/me",                              ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_me},

	{METHOD_GET,    "/api/dashboard/metrics",                ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .read = overview_metrics},
	{METHOD_GET,    "/api/dashboard/history/{node_id}",      ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_history},
	{METHOD_GET,    "/api/dashboard/stats",                  ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .read = overview_stats},
	{METHOD_GET,    "/api/dashboard/full-data",              ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .read = overview_full_data},
	{METHOD_POST,   "/api/dashboard/clear-history",          ACCESS_OPERATOR, BODY_OPTIONAL, SMALL,      POOL_QUICK,   .handle = api_clear_history},
	{METHOD_GET,    "/api/dashboard/services",               ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_services},
	{METHOD_GET,    "/api/dashboard/service-actions",        ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_service_actions},
	{METHOD_GET,    "/api/dashboard/service-data",           ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_service_data},
	{METHOD_POST,   "/api/dashboard/control-service",        ACCESS_OPERATOR, BODY_JSON,     SMALL,      POOL_WAITING, .handle = api_control_service},
	{METHOD_GET,    "/api/dashboard/commands/{command_id}",  ACCESS_OPERATOR, BODY_NONE,     0,          POOL_QUICK,   .handle = api_command},
	{METHOD_GET,    "/api/dashboard/audit",                  ACCESS_ADMIN,    BODY_NONE,     0,          POOL_QUICK,   .handle = api_audit},

	{METHOD_GET,    "/api/logs",                             ACCESS_VIEWER,   BODY_NONE,     0,          POOL_WAITING, .handle = api_logs},
	{METHOD_GET,    "/api/logs/sources",                     ACCESS_VIEWER,   BODY_NONE,     0,          POOL_QUICK,   .read = logbook_sources},
	{METHOD_POST,   "/api/logs/clear",                       ACCESS_OPERATOR, BODY_OPTIONAL, SMALL,      POOL_QUICK,   .handle = api_clear_logs},

	{METHOD_POST,   "/api/reporter/report",                  ACCESS_WORKER,   BODY_JSON,     LIMIT_BODY, POOL_QUICK,   .handle = api_report},
	{METHOD_POST,   "/api/reporter/logs",                    ACCESS_WORKER,   BODY_JSON,     LIMIT_BODY, POOL_QUICK,   .handle = api_report_logs},
	{METHOD_POST,   "/api/reporter/result",                  ACCESS_WORKER,   BODY_JSON,     LIMIT_BODY, POOL_QUICK,   .handle = api_report_result},
	{METHOD_POST,   "/api/reporter/beat",                    ACCESS_WORKER,   BODY_NONE,     0,          POOL_QUICK,   .handle = api_report_beat},

	{METHOD_GET,    "/api/admin/users",                      ACCESS_ADMIN,    BODY_NONE,     0,          POOL_QUICK,   .handle = api_users},
	{METHOD_POST,   "/api/admin/users",                      ACCESS_ADMIN,    BODY_JSON,     SMALL,      POOL_QUICK,   .handle = api_add_user},
	{METHOD_PATCH,  "/api/admin/users/{username}",           ACCESS_ADMIN,    BODY_JSON,     SMALL,      POOL_QUICK,   .handle = api_change_user},
	{METHOD_DELETE, "/api/admin/users/{username}",           ACCESS_ADMIN,    BODY_NONE,     0,          POOL_QUICK,   .handle = api_remove_user},
	{METHOD_GET,    "/api/admin/tokens",                     ACCESS_ADMIN,    BODY_NONE,     0,          POOL_QUICK,   .handle = api_tokens},
	{METHOD_POST,   "/api/admin/tokens",                     ACCESS_ADMIN,    BODY_JSON,     SMALL,      POOL_QUICK,   .handle = api_create_token},
	{METHOD_DELETE, "/api/admin/tokens/{id}",                ACCESS_ADMIN,    BODY_NONE,     0,          POOL_QUICK,   .handle = api_revoke_token},
	{METHOD_DELETE, "/api/admin/nodes/{node_id}",            ACCESS_ADMIN,    BODY_NONE,     0,          POOL_QUICK,   .handle = api_remove_node},

	{METHOD_POST,   "/rpc",                                  ACCESS_VIEWER,   BODY_TEXT,     LIMIT_BODY, POOL_WAITING, .handle = api_rpc},
	{METHOD_GET,    "/metrics",                              ACCESS_METRICS,  BODY_NONE,     0,          POOL_QUICK,   .handle = api_prometheus},
	/* clang-format on */
};

const size_t ROUTES_COUNT = sizeof(ROUTES) / sizeof(*ROUTES);
