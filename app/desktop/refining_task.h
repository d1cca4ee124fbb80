// Work in the background whose answer becomes better and better while the hand rests, asked again whenever the hand moves on. Owned and
// used by the GUI thread; never blocks, but for the destructor, which waits for the work to end.
#pragma once

#include <QTimer>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "background_task.h"

namespace clipscope {

template <typename Value>
class RefiningTask {
public:
    using Teller = std::function<void(const Value& so_far)>;
    // On another thread: tells the answers so far, and returns the final one, or nothing where it was stopped.
    using Work = std::function<std::optional<Value>(const Teller& tell, std::stop_token stop)>;

    // `show` gets the latest answer, some 50 times a second at most; `failed` one sentence. On the owner's thread.
    RefiningTask(std::function<void(const Value&)> show, std::function<void(const QString&)> failed)
        : show_(std::move(show)), failed_(std::move(failed)) {
        look_.setInterval(20);
        QObject::connect(&look_, &QTimer::timeout, &look_, [this] { look(); });
    }

    // What refines an answer before stops at once. A first answer that is under way is let come, as it is about to: a hand that moves
    // faster than that would see none otherwise.
    void ask(Work work) {
        if (task_.running() && !has_answered_)
            waiting_ = std::move(work);
        else
            begin(std::move(work));
    }

    void cancel() {
        look_.stop();
        waiting_ = nullptr;
        task_.cancel();
    }

    bool running() const { return task_.running(); }

private:
    // The latest of the values that the other thread told and this one has not looked at.
    struct Told {
        std::mutex mutex;
        std::optional<Value> value;
    };

    void begin(Work work) {
        has_answered_ = false;
        told_ = std::make_shared<Told>();
        look_.start();
        task_.template start<std::optional<Value>>(
            [work = std::move(work), told = told_](std::stop_token stop) {
                const Teller tell = [&told](const Value& so_far) {
                    const std::lock_guard lock(told->mutex);
                    told->value = so_far;
                };
                return work(tell, std::move(stop));
            },
            [this](const std::optional<Value>& found) {
                look_.stop();
                if (found) show_(*found);
                go_on();
            },
            [this](const QString& text) {
                look_.stop();
                failed_(text);
                go_on();
            });
    }

    void look() {
        std::optional<Value> value;
        {
            const std::lock_guard lock(told_->mutex);
            value = std::exchange(told_->value, std::nullopt);
        }
        if (!value) return;
        has_answered_ = true;
        show_(*value);
        go_on();
    }

    void go_on() {
        if (Work next = std::exchange(waiting_, nullptr)) begin(std::move(next));
    }

    const std::function<void(const Value&)> show_;
    const std::function<void(const QString&)> failed_;
    std::shared_ptr<Told> told_;
    Work waiting_;
    bool has_answered_ = false;
    QTimer look_;
    BackgroundTask task_;
};

}  // namespace clipscope
