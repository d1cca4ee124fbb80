// The views of a plot one after another, to go back and forward through; like a browser's history. A view without ranges is the one that
// follows the data.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace clipscope {

struct ZoomState {
    std::pair<double, double> x;
    std::pair<double, double> y;

    friend bool operator==(const ZoomState&, const ZoomState&) = default;
};

class ZoomHistory {
public:
    using State = std::optional<ZoomState>;  // empty: following

    const State& current() const { return states_[position_]; }
    bool can_go_back() const { return position_ > 0; }
    bool can_go_forward() const { return position_ + 1 < states_.size(); }

    // Forgets what lay ahead. The same state again changes nothing.
    void push(const State& state) {
        if (state == current()) return;
        states_.resize(position_ + 1);
        states_.push_back(state);
        ++position_;
    }
    void go_back() { position_ -= can_go_back() ? 1 : 0; }
    void go_forward() { position_ += can_go_forward() ? 1 : 0; }
    void clear() {
        states_.assign(1, std::nullopt);
        position_ = 0;
    }

private:
    std::vector<State> states_{std::nullopt};
    std::size_t position_ = 0;
};

}  // namespace clipscope
