#include "background_task.h"

namespace clipscope {

namespace {

// Its one result is wanted as soon as it is there: a click waits for it. A job's many events would be drawn too often so.
constexpr int looks_per_second = 200;

}  // namespace

BackgroundTask::BackgroundTask(QObject* parent) : QObject(parent), controller_(nullptr, looks_per_second) {
    // Both callbacks are moved out first, as they may start this very task anew.
    connect(&controller_, &JobController::finished, this, [this] {
        const auto then = std::exchange(then_, nullptr);
        failed_ = nullptr;
        then();
    });
    connect(&controller_, &JobController::failed, this, [this](const QString& text) {
        const auto failed = std::exchange(failed_, nullptr);
        then_ = nullptr;
        failed(text);
    });
}

void BackgroundTask::begin(Job work, std::function<void()> then, std::function<void(const QString&)> failed) {
    then_ = std::move(then);
    failed_ = std::move(failed);
    controller_.start(std::move(work));
}

void BackgroundTask::cancel() {
    controller_.discard();
    then_ = nullptr;
    failed_ = nullptr;
}

}  // namespace clipscope
