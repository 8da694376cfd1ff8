#!/bin/bash
# service.sh start|stop|status NAME: a service that does nothing but write log lines, as services/NAME has them.
# Exit statuses are those of an LSB init script, which the reporter's exec driver reads.
set -eu

action=$1 name=$2
lines=/opt/demo/services/$name
pid_file=/run/p2pdash/$name.pid
log=/run/p2pdash/log/$name.log

alive() { [ -s "$pid_file" ] && kill -0 "$(<"$pid_file")" 2>/dev/null; }

# A line of services/NAME is SHARE LEVEL MESSAGE: how often it comes, and each # in it becomes a digit from 1 on.
choose_line() {
  local share level message left=$((RANDOM % total))
  while read -r share level message; do
    (((left -= share) < 0)) && break
  done <"$lines"
  while [[ $message == *'#'* ]]; do message=${message/'#'/$((1 + RANDOM % 9))}; done
  chosen_level=$level chosen_message=$message
}

write_line() {
  local now=$EPOCHREALTIME
  printf '%(%F %T)T,%s - Service.%s - %s - %s\n' "${now%.*}" "${now:11:3}" "$name" "$1" "$2" >>"$log"
}

rotate() {
  (($(stat -c %s "$log") < 1000000)) || mv "$log" "$log.1"
}

run() {
  local total
  total=$(awk '{ sum += $1 } END { print sum }' "$lines")
  trap 'write_line INFO "stopped"; exit 0' TERM
  write_line INFO "started, process $$"
  while true; do
    choose_line
    write_line "$chosen_level" "$chosen_message"
    # A critical line is a crash: the last one, and nobody cleans up.
    [[ $chosen_level != CRITICAL ]] || exit 1
    rotate
    # Asleep in a child, so that TERM is answered at once.
    sleep "$((1 + RANDOM % 5))" &
    wait $!
  done
}

start() {
  ! alive || return 0
  setsid "$0" run "$name" </dev/null >/dev/null 2>&1 &
  echo $! >"$pid_file"
}

stop() {
  if alive; then
    kill "$(<"$pid_file")"
    while alive; do sleep 0.05; done
  fi
  rm -f "$pid_file"
}

status() {
  ! alive || return 0
  [[ ! -e $pid_file ]] || return 1 # dead, and its pid file still there
  return 3
}

case $action in
  start | stop | status | run) "$action" ;;
  *) echo "service.sh: $action is no action" >&2; exit 2 ;;
esac
