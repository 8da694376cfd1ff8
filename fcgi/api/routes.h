/* The table of all routes, and the handlers it names: one file, api_<topic>.c, for each topic. */
#ifndef FCGI_API_ROUTES_H
#define FCGI_API_ROUTES_H

#include "fcgi/http/route.h"

extern const struct route ROUTES[];
extern const size_t ROUTES_COUNT;

/* api_health.c */
enum err api_health(struct call *call) MUST_CHECK;

/* api_session.c */
enum err api_login(struct call *call) MUST_CHECK;
enum err api_logout(struct call *call) MUST_CHECK;
enum err api_me(struct call *call) MUST_CHECK;

/* api_dashboard.c */
enum err api_metrics(struct call *call) MUST_CHECK;
enum err api_history(struct call *call) MUST_CHECK;
enum err api_stats(struct call *call) MUST_CHECK;
enum err api_full_data(struct call *call) MUST_CHECK;
enum err api_clear_history(struct call *call) MUST_CHECK;

/* api_services.c */
enum err api_services(struct call *call) MUST_CHECK;
enum err api_service_data(struct call *call) MUST_CHECK;
enum err api_control_service(struct call *call) MUST_CHECK;
enum err api_command(struct call *call) MUST_CHECK;

/* api_logs.c */
enum err api_logs(struct call *call) MUST_CHECK;
enum err api_log_sources(struct call *call) MUST_CHECK;
enum err api_clear_logs(struct call *call) MUST_CHECK;

/* api_reporter.c */
enum err api_report(struct call *call) MUST_CHECK;
enum err api_report_logs(struct call *call) MUST_CHECK;
enum err api_report_result(struct call *call) MUST_CHECK;

/* api_rpc.c */
enum err api_rpc(struct call *call) MUST_CHECK;

/* api_admin.c */
enum err api_users(struct call *call) MUST_CHECK;
enum err api_add_user(struct call *call) MUST_CHECK;
enum err api_change_user(struct call *call) MUST_CHECK;
enum err api_remove_user(struct call *call) MUST_CHECK;
enum err api_tokens(struct call *call) MUST_CHECK;
enum err api_create_token(struct call *call) MUST_CHECK;
enum err api_revoke_token(struct call *call) MUST_CHECK;
enum err api_remove_node(struct call *call) MUST_CHECK;
enum err api_audit(struct call *call) MUST_CHECK;

/* api_prometheus.c */
enum err api_prometheus(struct call *call) MUST_CHECK;

#endif
