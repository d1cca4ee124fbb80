// One line on the terminal that says how far a job is and how long it will still take, rewritten in place.
// Where stderr is not a terminal it stays silent but for what must be told: log files want no progress bars.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace clipscope::cli {

// For one thread at a time.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine();  // leaves the terminal's line empty
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    // Fraction 0...1; seconds_left < 0 where nothing can be said yet. Draws at most ten times a second.
    void show(double fraction, double seconds_left, const std::string& activity);
    void show(std::int64_t done, std::int64_t total, double seconds_left, const std::string& activity);
    // A line of its own above the progress.
    void say(const std::string& text);
    // The same, also where stderr is no terminal: what must be known at once.
    void tell(const std::string& text);
    void clear();

private:
    bool is_terminal_;
    bool is_drawn_ = false;
    std::chrono::steady_clock::time_point last_drawn_{};
};

// "62 % [######....] 0:16 left  CONV-4": `columns` bounds its length in characters.
std::string progress_text(double fraction, double seconds_left, const std::string& activity, int columns);

// "0:16", "1:02:03".
std::string duration_text(double seconds);

}  // namespace clipscope::cli
