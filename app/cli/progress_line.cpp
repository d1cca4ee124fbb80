#include "progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "text_table.h"

namespace clipscope::cli {

namespace {

constexpr std::chrono::milliseconds shortest_interval{100};
constexpr const char* erase_line = "\r\x1b[K";

int terminal_columns() {
    winsize size = {};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace

ProgressLine::ProgressLine() : is_terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
    clear();
}

void ProgressLine::show(double fraction, double seconds_left, const std::string& activity) {
    if (!is_terminal_) return;
    const auto now = std::chrono::steady_clock::now();
    if (is_drawn_ && now - last_drawn_ < shortest_interval) return;
    // One column stays free: a line that fills the terminal would wrap and could not be erased.
    const std::string text = progress_text(fraction, seconds_left, activity, terminal_columns() - 1);
    std::fprintf(stderr, "%s%s", erase_line, text.c_str());
    std::fflush(stderr);
    is_drawn_ = true;
    last_drawn_ = now;
}

void ProgressLine::show(std::int64_t done, std::int64_t total, double seconds_left, const std::string& activity) {
    show(double(done) / double(std::max<std::int64_t>(total, 1)), seconds_left, activity);
}

void ProgressLine::say(const std::string& text) {
    if (!is_terminal_) return;
    clear();
    std::fprintf(stderr, "%s\n", text.c_str());
}

void ProgressLine::tell(const std::string& text) {
    clear();
    std::fprintf(stderr, "clipscope-cli: %s\n", text.c_str());
    std::fflush(stderr);
}

void ProgressLine::clear() {
    if (!is_drawn_) return;
    std::fputs(erase_line, stderr);
    std::fflush(stderr);
    is_drawn_ = false;
}

std::string progress_text(double fraction, double seconds_left, const std::string& activity, int columns) {
    constexpr int bar_width = 20;
    const double inside = std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(std::floor(inside * bar_width));
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3d %%", static_cast<int>(std::floor(inside * 100)));
    std::string text = std::string(percent) + " [" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]";
    if (seconds_left >= 0) text += " " + duration_text(seconds_left) + " left";
    if (!activity.empty()) text += "  " + activity;
    return first_characters(text, static_cast<std::size_t>(std::max(columns, 0)));
}

std::string duration_text(double seconds) {
    const auto whole = static_cast<long long>(std::llround(std::max(seconds, 0.0)));
    char text[48];
    if (whole >= 3600) {
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    }
    return text;
}

}  // namespace clipscope::cli
