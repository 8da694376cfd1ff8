/* The table of all routes, and the handlers it names: one file, api_<topic>.c, for each topic. */
#ifndef FCGI_ROUTES_H
#define FCGI_ROUTES_H

#include "fcgi/route.h"

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

/* api_reporter.c */
enum err api_report(struct call *call) MUST_CHECK;

#endif
