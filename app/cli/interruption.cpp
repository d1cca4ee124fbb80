#include "interruption.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "command.h"
#include "common/error.h"

namespace clipscope::cli {

namespace {

// A handler may do next to nothing, so it only writes a byte to a pipe; a thread at the other end does the rest.
constexpr char interrupted_byte = 'i';
constexpr char finished_byte = 'f';
int pipe_ends[2] = {-1, -1};
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);
struct sigaction former_interrupt, former_terminate, former_pipe;

extern "C" void handle_signal(int) {
    const int saved_errno = errno;
    if (signals_seen.fetch_add(1) > 0) _exit(exit_interrupted);
    // The pipe is empty but for this byte, so the write cannot fail.
    [[maybe_unused]] const ssize_t written = write(pipe_ends[1], &interrupted_byte, 1);
    errno = saved_errno;
}

}  // namespace

Interruption::Interruption() {
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw Error(std::string("Ctrl-C cannot be handled, no pipe: ") + std::strerror(errno));
    signals_seen = 0;
    watcher_ = std::thread([this] { watch(pipe_ends[0]); });
    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = handle_signal;
    sigaction(SIGINT, &action, &former_interrupt);
    sigaction(SIGTERM, &action, &former_terminate);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, &former_pipe);
}

Interruption::~Interruption() {
    sigaction(SIGINT, &former_interrupt, nullptr);
    sigaction(SIGTERM, &former_terminate, nullptr);
    sigaction(SIGPIPE, &former_pipe, nullptr);
    [[maybe_unused]] const ssize_t written = write(pipe_ends[1], &finished_byte, 1);
    watcher_.join();
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

void Interruption::watch(int pipe_end) {
    char byte = 0;
    for (;;) {
        const ssize_t count = read(pipe_end, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count != 1 || byte == finished_byte) return;
        if (isatty(STDERR_FILENO)) std::fputs("\nStopping; what is done will be kept. Ctrl-C again quits at once.\n", stderr);
        source_.request_stop();
    }
}

}  // namespace clipscope::cli
