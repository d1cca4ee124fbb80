// One piece of work on a thread of its own whose result is wanted on the owner's thread: opening a file, a clean pass. The latest wins:
// starting again forgets what was under way, and so does cancel(). Never blocks, but for the destructor, which waits for the work to end.
#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "job_controller.h"

namespace clipscope {

class BackgroundTask : public QObject {
    Q_OBJECT

public:
    explicit BackgroundTask(QObject* parent = nullptr);

    // `work` runs on the other thread, then exactly one of `then` and `failed` on this one, unless started anew or cancelled before.
    template <typename Result>
    void start(std::function<Result(std::stop_token)> work, std::function<void(Result)> then, std::function<void(const QString&)> failed) {
        auto result = std::make_shared<std::optional<Result>>();
        begin([result, work = std::move(work)](const EventSink&, std::stop_token stop) { result->emplace(work(stop)); },
              [result, then = std::move(then)] { then(std::move(**result)); }, std::move(failed));
    }

    void cancel();
    bool running() const { return controller_.running(); }

private:
    void begin(Job work, std::function<void()> then, std::function<void(const QString&)> failed);

    JobController controller_;
    std::function<void()> then_;
    std::function<void(const QString&)> failed_;
};

}  // namespace clipscope
