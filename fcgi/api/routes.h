/*
 * The table of all routes, and the handlers that it names, each topic in a file of this folder. A handler's
 * contract stands at `handle` of struct route; what each one takes and answers, in docs/API.md
 * (for users) and docs/PROTOCOL.md (for workers).
 */
#ifndef FCGI_API_ROUTES_H
#define FCGI_API_ROUTES_H

#include "fcgi/http/route.h"

extern const struct route ROUTES[];
extern const size_t ROUTES_COUNT;

/* health.c */
enum err api_health(struct call *call) MUST_CHECK;

/* session.c */
enum err api_login(struct call *call) MUST_CHECK;
enum err api_password(struct call *call) MUST_CHECK;
enum err api_logout(struct call *call) MUST_CHECK;
enum err api_me(struct call *call) MUST_CHECK;

/* dashboard.c */
enum err api_history(struct call *call) MUST_CHECK;
enum err api_clear_history(struct call *call) MUST_CHECK;

/* services.c */
enum err api_services(struct call *call) MUST_CHECK;
enum err api_service_actions(struct call *call) MUST_CHECK;
enum err api_service_data(struct call *call) MUST_CHECK;
enum err api_control_service(struct call *call) MUST_CHECK;
enum err api_command(struct call *call) MUST_CHECK;

/* logs.c */
enum err api_logs(struct call *call) MUST_CHECK;
enum err api_clear_logs(struct call *call) MUST_CHECK;

/* reporter.c */
enum err api_report(struct call *call) MUST_CHECK;
enum err api_report_logs(struct call *call) MUST_CHECK;
enum err api_report_result(struct call *call) MUST_CHECK;
enum err api_report_beat(struct call *call) MUST_CHECK;

/* rpc.c */
enum err api_rpc(struct call *call) MUST_CHECK;

/* admin.c */
enum err api_users(struct call *call) MUST_CHECK;
enum err api_add_user(struct call *call) MUST_CHECK;
enum err api_change_user(struct call *call) MUST_CHECK;
enum err api_remove_user(struct call *call) MUST_CHECK;
enum err api_tokens(struct call *call) MUST_CHECK;
enum err api_create_token(struct call *call) MUST_CHECK;
enum err api_revoke_token(struct call *call) MUST_CHECK;
enum err api_remove_node(struct call *call) MUST_CHECK;
enum err api_audit(struct call *call) MUST_CHECK;

/* prometheus.c */
enum err api_prometheus(struct call *call) MUST_CHECK;

#endif
