# Ports for servers of our own. To be sourced, where `say` is defined.
# shellcheck shell=bash

# A port that nobody uses now, below those that systems give to outgoing connections:
#
#   free_port [BESIDE]     nor is the one so many above it in use
free_port() {
    local beside=${1:-0} port tries=0
    while [ "$tries" -lt 200 ]; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null &&
            ! (exec 3<>"/dev/tcp/127.0.0.1/$((port + beside))") 2>/dev/null; then
            echo "$port"
            return 0
        fi
        tries=$((tries + 1))
    done
    say "No free port was found on 127.0.0.1."
    return 1
}
