// Turns Ctrl-C (SIGINT) and SIGTERM into a request to stop, so that a job ends itself and its results are kept.
// A second signal ends the program at once with status 130. SIGPIPE is ignored: whoever writes finds out from the write itself.
#pragma once

#include <stop_token>
#include <thread>

namespace clipscope::cli {

// At most one at a time; the signals' former handling comes back when it is destroyed.
class Interruption {
public:
    // Throws Error where the system refuses a pipe.
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    std::stop_source& source() { return source_; }

private:
    void watch(int pipe_end);

    std::stop_source source_;
    std::thread watcher_;
};

}  // namespace clipscope::cli
