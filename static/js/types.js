// The shapes of the wire contract, and of what the page keeps of them, as JSDoc types. No code.

/**
 * @typedef {'online' | 'stale' | 'offline'} Status of a node, as the coordinator tells it
 * @typedef {'online' | 'stale' | 'silent' | 'offline' | 'missing'} Presence the same as the page shows it: `silent` is a
 *   node that is not heard and needs attention, `missing` one that has not been heard for so long that it left `workers`
 * @typedef {'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'} Level
 * @typedef {'viewer' | 'operator' | 'admin'} Role
 * @typedef {'start' | 'stop' | 'restart'} ServiceAction
 *
 * @typedef {object} Session
 * @property {string} username
 * @property {Role} role
 *
 * @typedef {object} Connection
 * @property {'connecting' | 'live' | 'waiting' | 'closed'} state
 * @property {number} [retryAt] when the next attempt is made (ms), while waiting
 * @property {number} [lostAt] when the data stopped coming (ms)
 * @property {boolean} [degraded] the connection stands, but the coordinator has lost its database
 *
 * @typedef {object} Stats
 * @property {number} uptime_seconds
 * @property {number} active_workers
 * @property {number} total_updates
 * @property {number} total_services
 * @property {number} active_services
 * @property {string | null} last_cleanup
 *
 * @typedef {object} Summary what the page knows of every worker
 * @property {string} timestamp
 * @property {Status} status
 * @property {'daemon' | 'cron'} mode
 * @property {number} current_interval
 * @property {string} fresh_until when it becomes stale if nothing is heard of it
 * @property {string} [last_heard]
 * @property {string | null} [stream_lost] since when its stream of commands is lost
 * @property {number | null} cpu_percent null where it was not measured
 * @property {number | null} memory_percent
 * @property {number | null} disk_percent
 * @property {number | null} load1
 * @property {number | null} network_bytes_sent
 * @property {number | null} network_bytes_recv
 * @property {number | null} [network_receive_bytes_per_second] null after the first report and after a restart
 * @property {number | null} [network_transmit_bytes_per_second]
 * @property {number} [troubles_total]
 * @property {number} services_total
 * @property {number} services_running
 * @property {number} services_stopped
 * @property {number} services_error
 * @property {number} services_revision
 * @property {number} certificates_total
 * @property {number} [certificates_error] paths whose certificates cannot be read
 * @property {number | null} certificate_days_left
 *
 * @typedef {object} Worker a summary with what the page derives from it
 * @property {string} id
 * @property {Summary} summary
 * @property {Presence} status as of now
 *
 * @typedef {object} Missing a worker that has not been heard for long
 * @property {string} node_id
 * @property {string} last_seen
 * @property {string} since
 * @property {boolean} said_goodbye
 * @property {Summary} summary the last one
 *
 * @typedef {object} Share
 * @property {number | null} percent null where it was not measured, as every number of Metrics
 * @property {number | null} [total]
 * @property {number | null} [used]
 * @property {number | null} [available]
 * @property {number | null} [free]
 *
 * @typedef {object} Metrics
 * @property {number | null} cpu_percent
 * @property {number | null} [cpu_count]
 * @property {Share} memory
 * @property {Share} disk
 * @property {number | null} [memory_usage_mb]
 * @property {number[] | null} [load_average]
 * @property {{read_bytes: number, write_bytes: number, read_count: number, write_count: number}} [disk_io]
 * @property {{bytes_sent: number, bytes_recv: number, packets_sent: number, packets_recv: number}} [network_io]
 * @property {number | null} [process_count]
 * @property {string | null} [boot_time] when the machine started
 * @property {string} timestamp
 *
 * @typedef {object} Service
 * @property {'running' | 'stopped' | 'error'} status
 * @property {boolean} installed
 * @property {string} description
 * @property {string} driver
 * @property {number | null} uptime
 * @property {string | null} [detail] the word of its manager, such as `activating (auto-restart)`
 * @property {string | null} [since] since when it has this status
 * @property {number | null} [restarts] by its manager
 * @property {{at: string | null, message: string} | null} [last_failure]
 * @property {ServiceAction[]} [actions] those that the worker allows
 * @property {boolean} [known] false while its node is not online: then `status` is what it was
 *
 * @typedef {object} ServiceItem a service of one node, as a row of a list
 * @property {string} node
 * @property {string} name
 * @property {Service} service
 * @property {LastAction} [last] the last action on it, whoever asked for it
 * @property {{title: string, count: number}} [group] if it is the first of a group
 *
 * @typedef {{user: string, action: string, result: string, timestamp: string, message?: string | null}} LastAction
 *
 * @typedef {object} ReporterStats
 * @property {boolean} reporter_active
 * @property {number} current_interval
 * @property {number} uptime_seconds
 * @property {{total_reports: number, successful_reports: number, failed_reports: number,
 *   success_rate_percent: number}} statistics
 * @property {string | null} last_report_time
 * @property {string | null} last_report_status
 *
 * @typedef {object} NodeTrouble what a reporter could not do, in its own words
 * @property {'metric' | 'certificate' | 'log' | 'service' | 'command' | 'reporter'} part
 * @property {string} name what it was about, such as a path
 * @property {string} message
 * @property {string} since
 *
 * @typedef {object} Node a node's full state
 * @property {string} node_id
 * @property {string} timestamp
 * @property {Status} status
 * @property {'daemon' | 'cron'} mode
 * @property {number} current_interval
 * @property {string} [fresh_until]
 * @property {string} [last_heard]
 * @property {string | null} [stream_lost]
 * @property {number} min_interval the limits of its reporter, in seconds
 * @property {number} max_interval
 * @property {boolean} [interval_fixed]
 * @property {Metrics | null} metrics
 * @property {NodeTrouble[]} [troubles]
 * @property {{[name: string]: Service}} services
 * @property {ReporterStats} [reporter]
 *
 * @typedef {object} Point
 * @property {string} timestamp
 * @property {number | null} cpu_percent
 * @property {number | null} memory_percent
 * @property {number | null} disk_percent
 * @property {number} [network_bytes_sent] these four are counters; not every worker reports them
 * @property {number} [network_bytes_recv]
 * @property {number} [disk_read_bytes]
 * @property {number} [disk_write_bytes]
 *
 * @typedef {object} WatchedNode what the page knows of a node that a view watches
 * @property {Node | null} state null while it is not known, or if there is no such node
 * @property {boolean} known whether the relay has answered for it
 * @property {Point[]} history oldest first
 * @property {Certificate[]} certificates
 *
 * @typedef {object} LogEntry
 * @property {string} timestamp
 * @property {string} node_id
 * @property {Level} level
 * @property {string} logger_name
 * @property {string} message
 * @property {string} [module]
 * @property {string} [funcName]
 * @property {number} [lineno]
 * @property {Record<string, string | number | boolean>} [fields] what a structured line carries beside its message
 * @property {number} seq
 *
 * @typedef {object} LogFilter empty texts match everything; `level` means that level and above
 * @property {string} node_id
 * @property {string} level
 * @property {string} logger_name
 * @property {string} q
 *
 * @typedef {object} ReadCertificate
 * @property {string} worker
 * @property {string} path
 * @property {string} subject
 * @property {string} issuer
 * @property {string} serial
 * @property {string} not_before
 * @property {string} not_after
 * @property {number} days_left
 * @property {string[]} sans
 * @property {string} fingerprint_sha256
 * @property {string} key
 *
 * @typedef {object} UnreadableCertificate a path whose certificate cannot be read
 * @property {string} worker
 * @property {string} path
 * @property {string} error
 * @property {string} since
 *
 * @typedef {ReadCertificate | UnreadableCertificate} Certificate
 *
 * @typedef {object} Command an action on a service or a reporter, from the click to its result
 * @property {string} worker
 * @property {string} target the service's name, or REPORTER of actions.js
 * @property {string} action
 * @property {'running' | 'done' | 'queued' | 'failed'} state
 * @property {string} [error] why it failed
 * @property {number} startedAt
 * @property {number} [endedAt]
 *
 * @typedef {object} Route
 * @property {string} name
 * @property {string} path
 * @property {{[name: string]: string}} params
 * @property {URLSearchParams} query
 */

export {};
