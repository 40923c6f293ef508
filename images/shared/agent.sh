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
if [ ! -w "${HOME:-/}" ]; then
  export HOME=/home/node
fi
