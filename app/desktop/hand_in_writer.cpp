#include "hand_in_writer.h"

#include <QDirIterator>
#include <QFile>

#include "common/error.h"
#include "labs/hand_in.h"
#include "labs/lab_results.h"
#include "result_views.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

// As QString and bytes alike: what lies in the folder, by its place there.
HandInFiles figures_in(const QString& folder) {
    HandInFiles files;
    for (QDirIterator found(folder, {QStringLiteral("*.svg")}, QDir::Files, QDirIterator::Subdirectories); found.hasNext();) {
        QFile file(found.next());
        if (!file.open(QIODevice::ReadOnly)) throw Error("The figure '" + file.fileName().toStdString() + "' cannot be read again.");
        files["figures" + file.fileName().mid(folder.size()).toStdString()] = file.readAll().toStdString();
    }
    return files;
}

}  // namespace

// By the number of the step.
struct HandInWriter::Found {
    std::vector<std::pair<int, AccuracyCurves>> curves;
    std::vector<std::pair<int, TuningResult>> tunings;
};

HandInWriter::HandInWriter(QObject* parent) : QObject(parent) {
    turn_.setInterval(0);
    connect(&turn_, &QTimer::timeout, this, &HandInWriter::draw_next);
}

void HandInWriter::write(const QString& path, const Lab& lab, const LabWork& work, std::shared_ptr<Study> study) {
    if (running()) return emit failed(tr("A hand-in is being written: wait until it is done."));
    path_ = path;
    lab_ = lab;
    work_ = work;
    study_ = std::move(study);
    folder_ = std::make_unique<QTemporaryDir>();
    const auto read = [study = study_, lab, work](std::stop_token) {
        Found found;
        const LabResults results(study.get(), lab, work);
        for (int step = 0; step < int(lab.steps.size()); ++step) {
            const auto job = results.job(step);
            if (!job) continue;
            if (job->settings.kind->is_tuning())
                found.tunings.emplace_back(step + 1, read_tuning(*study, job->id));
            else
                found.curves.emplace_back(step + 1, read_curves(*study, job->id).curves);
        }
        return found;
    };
    task_.start<Found>(
        read, [this](const Found& found) { draw(found); }, [this](const QString& text) { fail(text); });
}

void HandInWriter::draw(const Found& found) {
    try {
        const auto add = [this](int step, const std::function<std::vector<ExportTask>(const QString&)>& exports) {
            const QString folder = folder_->filePath(QStringLiteral("step-%1").arg(step));
            make_folder(folder);
            for (ExportTask& task : exports(folder))
                if (task.path.endsWith(QLatin1String(".svg"))) tasks_.push_back(std::move(task));
        };
        for (const auto& [step, curves] : found.curves)
            add(step, [&](const QString& folder) {
                return curve_exports(std::make_shared<AccuracyCurves>(curves), kind_of(curves), AucAxis::linear, folder);
            });
        for (const auto& [step, tuning] : found.tunings) add(step, [&](const QString& folder) { return tuning_exports(tuning, folder); });
        turn_.start();
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

void HandInWriter::draw_next() {
    if (tasks_.empty()) {
        turn_.stop();
        return pack();
    }
    const ExportTask task = std::move(tasks_.front());
    tasks_.pop_front();
    try {
        task.write();
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

void HandInWriter::pack() {
    const auto write = [path = path_.toStdString(), work = work_, study = study_, folder = folder_->path()](std::stop_token) {
        write_hand_in(path, work, study.get(), figures_in(folder));
        return true;
    };
    const auto done = [this](bool) {
        folder_.reset();
        study_.reset();
        emit written(path_);
    };
    task_.start<bool>(write, done, [this](const QString& text) { fail(text); });
}

void HandInWriter::fail(const QString& text) {
    turn_.stop();
    tasks_.clear();
    folder_.reset();
    study_.reset();
    emit failed(text);
}

}  // namespace clipscope
