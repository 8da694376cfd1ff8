#!/bin/sh
# healthy: does the relay answer? It asks a stranger for a token.
[ "$(http-status 9100 /api/reporter/commands)" = 401 ]
