/* The methods of metrics_reporter, and how a method gives an order to a worker. */
#ifndef FCGI_RPC_REPORTER_H
#define FCGI_RPC_REPORTER_H

#include "fcgi/model/command.h"
#include "fcgi/rpc/rpc.h"

/* command_run in the name of the caller, within the time that the caller's request has. */
enum err rpc_run_order(struct rpc_call *call, const struct command_order *order,
		       struct command_outcome *out) MUST_CHECK;

/* As `run` of struct rpc_method. Without the param worker_id they mean the coordinator's own reporter. */
enum err rpc_reporter_get_stats(struct rpc_call *call, struct buf *result) MUST_CHECK;
enum err rpc_reporter_control(struct rpc_call *call, struct buf *result) MUST_CHECK;
enum err rpc_reporter_set_interval(struct rpc_call *call, struct buf *result) MUST_CHECK;

#endif
