#!/bin/sh
# healthy: does nginx serve the page? Whether those behind it are well is for their own checks to say.
[ "$(http-status 8080 /dashboard)" = 200 ]
