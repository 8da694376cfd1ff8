#!/bin/sh
# healthy: does the reporter answer, and was its last report received?
p2pdash-reporter ctl status | grep -q ', last: success$'
