/*
 * The layouts in which common loggers write plain lines: a new layout is a new row.
 *
 * The order of the rows is the design. A line that people write may begin like one that a logger writes
 * ("Error opening a file"), so a row asks for as much as its loggers always write, rows that ask for more
 * stand first, and rows that ask for little accept only what prose hardly has: capitals, brackets, a fraction
 * of a second. Where a line could be either, it is better to show it whole than to take a word away from it.
 */
#include "reporter/logs/layouts.h"

/*
 * Fields begin with a percent sign, all else stands for itself, a blank for one or more blanks or tabs;
 * before
 * `]` and behind `[` there may be some. What follows is the message.
 *
 *   %t  a time (timestamp.h), or one of day alone  ·  %s  as syslog daemons write it  ·  %f  with a fraction
 *   %z  a zone that the time did not take for one
 *   %l  a level in any case  ·  %L  in capitals  ·  %k  its first letter  ·  %p  syslog's digit
 *   %r  Redis's sign for a level
 *   %n  a logger's name  ·  %q  one that cannot be taken for prose: it has a dot, a slash, a colon or an
 *       underscore  ·  %m  that, or a word in small letters  ·  %c  one of Java's classes, or its method
 *   %g  a name that is no level, in brackets perhaps  ·  %h  a host
 *   %d  a number that an entry has no field for  ·  %x  such a word; in brackets it may have blanks
 *
 * What follows a prefix without a level is looked at again, like a line (line.c).
 */
const struct layout layouts[] = {
	/* SAMPLE 2025-11-17 10:30:00,123 - Service.app - ERROR - cannot open        (Python's usual format) */
	{"%t - %n - %l - ", false},
	{"%t - %l - ", false},
	{"%t - %n - %d - %l - %x - ", false},
	{"%t [%x] - %l [%x] - ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 [main] ERROR com.example.App - cannot open (Logback, Log4j) */
	{"%t [%x] %l %n - ", false},
	/* SAMPLE 10:30:00.123 [main] ERROR com.example.App -- cannot open            (Logback 1.3) */
	{"%t [%x] %l %n -- ", false},
	/* SAMPLE 2025-11-17T10:30:00.123Z  INFO 4711 --- [main] c.e.App  : started  (Spring Boot) */
	{"%t %l %x --- [%x] %n : ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 | ERROR    | app.views:open:12 - no file   (Loguru) */
	{"%t | %l | %n - ", false},
	/* SAMPLE [2025-11-17T10:30:00.123456+00:00] app.ERROR: cannot open          (Monolog) */
	{"[%t] %n.%l: ", false},
	/* SAMPLE [Mon Nov 17 10:30:00.123456 2025] [core:error] [pid 31] no file     (Apache) */
	{"[%t] [%n:%l] ", false},
	/* SAMPLE [2025-11-17 10:30:00,123: ERROR/MainProcess] task failed           (Celery) */
	{"[%t: %l/%n] ", false},
	/* SAMPLE [2025-11-17T10:30:00Z ERROR app::store] cannot open               (env_logger) */
	{"[%t %l %n] ", false},
	{"[%t %l] ", false},
	/* SAMPLE [2025-11-17T10:30:00,123][WARN ][o.e.m.Monitor ] overhead           (Elasticsearch, Logstash) */
	{"[%t][%l][%n] ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 UTC [4711] ERROR:  relation does not exist (PostgreSQL) */
	{"%t [%x] %l: ", false},
	{"%t [%x] %x@%x %L: ", false},
	{"%t %z [%x] %L: ", false},
	{"%t %z [%x] %x@%x %L: ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 [ERROR] Service.app: cannot open */
	{"%t [%l] %q: ", false},
	/* SAMPLE 2025/11/17 10:30:00 [error] 31#31: *1 open() failed                (nginx) */
	{"%t [%l] ", false},
	{"%t [%l]: ", false},
	{"[%t] [%l] %m - ", false},
	{"[%t] [%l] ", false},
	/* SAMPLE [2025-11-17 10:30:00 +0000] [4711] [ERROR] worker failed           (gunicorn) */
	{"[%t] [%x] [%l] ", false},
	/* SAMPLE 2025-11-17 10:30:00 0 [ERROR] InnoDB: cannot open                  (MariaDB, MySQL) */
	{"%t %d [%l] ", false},
	{"[%t] %l: ", false},
	{"[%t] %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 ERROR [org.example.App] cannot open        (JBoss) */
	{"%t %l [%q] ", false},
	{"%t %l (%x) [%q] ", false},
	/* SAMPLE 17-Nov-2025 10:30:00.123 SEVERE [main] org.example.App.open failed (Tomcat) */
	{"%t %L [%x] %c ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 <TAB> ERROR <TAB> app/store.go:88 <TAB> cannot open  (zap) */
	{"%t\t%l\t%q\t", false},
	{"%t\t%l\t", false},
	/* SAMPLE 2025-11-17T10:30:00.123Z ERROR app::store: cannot open             (tracing) */
	{"%t %l %q: ", false},
	{"%t %l: ", false},
	{"%t: %l: ", false},
	{"%t %n: %l: ", false},
	{"%t %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 app ERROR cannot open                      (Python) */
	{"%f %m %L: ", false},
	{"%f %m %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123:ERROR:app:cannot open                      (Python) */
	{"%t:%L:%n:", false},
	{"%t:%n:%L:", false},
	{"%t:%L:", false},
	/* SAMPLE E1117 10:30:00.123456    4711 main.go:12] cannot open              (klog) */
	{"%k%t %d %n] ", false},
	{"%k%d %x %d %n] ", false},
	/* SAMPLE E/App( 4711): cannot open · 11-17 10:30:00.123  4711  4712 E App: cannot open (logcat) */
	{"%k/%n(%x): ", false},
	{"%t %k/%n(%x): ", false},
	{"%t %k/%n (%x): ", false},
	{"%t %d %d %k %n: ", false},
	/* SAMPLE 2025-11-17 10:30:00.123456 W | app: cannot open                     (capnslog) */
	{"%t %k | %n: ", false},
	/* SAMPLE 2025-11-17T10:30:00Z E! [outputs.file] cannot open                  (Telegraf) */
	{"%t %k! [%n] ", false},
	/* SAMPLE 2025-11-17T10:30:00.123+0000 E  STORAGE  [main] cannot open         (MongoDB 4.2) */
	{"%f %k %n [%x] ", false},
	/* SAMPLE E, [2025-11-17T10:30:00.123456 #4711] ERROR -- app: cannot open    (Ruby) */
	{"%k, [%t #%d] %l -- : ", false},
	{"%k, [%t #%d] %l -- %n: ", false},
	/* SAMPLE Nov 17 10:30:00 host app[4711]: cannot open                        (syslog files) */
	{"%s %h %n[%x]: ", false},
	{"%s %h %g: ", false},
	{"%s %g: ", false},
	/* SAMPLE 192.0.2.1 - - [17/Nov/2025:10:30:00 +0000] "GET / HTTP/1.1" 200 612  (access logs) */
	{"%x %x %x [%t] ", true},
	/* SAMPLE 4711:M 17 Nov 2025 10:30:00.123 * Ready to accept connections      (Redis) */
	{"%d:%x %t %r ", false},
	{"%d:%x %t ", false},
	/* SAMPLE ERROR:Service.app:cannot open                                      (Python's basicConfig) */
	{"%L:%n:", false},
	/* SAMPLE ERROR [main-2] 2025-11-17 10:30:00,123 Store.java:14 - cannot open  (Cassandra) */
	{"%L [%x] %t %x - ", false},
	{"%L %t ", false},
	/* SAMPLE [ERROR] <TAB> 2025-11-17T10:30:00.123Z <TAB> 4f1c <TAB> cannot open     (AWS Lambda) */
	{"[%l]\t%t\t%x\t", false},
	{"[%l] %t ", false},
	{"[%l] ", false},
	/* SAMPLE fail: Shop.Worker[0]                                                (.NET) */
	{"%l: %q[%d]", true},
	{"%l: (%x) %t ", false},
	{"%l: ", false},
	{"%L[%x] ", false},
	{"%L ", false},
	/* SAMPLE <3>cannot open                                                     (sd-daemon(3)) */
	{"<%p>", false},
};

/* What is a time and no more, if nothing else was found. */
const struct layout layouts_of_times[] = {{"[%t] ", false}, {"%t ", false}};

const size_t layouts_count = sizeof(layouts) / sizeof(layouts[0]);
const size_t layouts_of_times_count = sizeof(layouts_of_times) / sizeof(layouts_of_times[0]);
