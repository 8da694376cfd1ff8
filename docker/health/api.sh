#!/bin/sh
# healthy: does the pool answer /health, and with ok (which it does while it has Redis)?
REQUEST_METHOD=GET REQUEST_URI=/health cgi-fcgi -bind -connect 127.0.0.1:9000 | grep -q '"status": *"ok"'
