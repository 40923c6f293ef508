# Shells of the service start with little of the environment of the image. The server writes what they need to this file.
# It is read, not run, and only by its owner: a shell of another user must not follow what the agent could have written.
if [ -O /tmp/agent/environment ]; then
  while IFS= read -r line; do
    case "$line" in
      [A-Z]*=*) export "$line" ;;
    esac
  done </tmp/agent/environment
  unset line
fi
# By this the end of a job spares what a person started here. A shell of a job is none of a person.
if [ -z "${AGENT_JOB:-}" ]; then
  export AGENT_SHELL=1
fi
if [ ! -w "${HOME:-/}" ]; then
  export HOME=/home/node
fi
