#include "source_finder.h"

#include <QFileInfo>
#include <utility>

#include "data/dataset_reader.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

QString missing_text(const JobRecord& job, SourceKind kind) {
    const QString path = QString::fromStdString(source_path(job.settings, kind));
    if (kind == SourceKind::images) return QObject::tr("The images of this study are no longer in '%1'").arg(path);
    const QString size = job.model ? QObject::tr(" (%1)").arg(bytes_text(job.model->bytes)) : QString();
    return QObject::tr("The model of this study, '%1'%2, is no longer in '%3'")
        .arg(QFileInfo(path).fileName(), size, QFileInfo(path).absolutePath());
}

}  // namespace

SourceFinder::SourceFinder(QWidget& window, const Dialogs& dialogs, const Engine& engine, StudyDesk& desk, QObject* parent)
    : QObject(parent), window_(window), dialogs_(dialogs), engine_(engine), desk_(desk) {}

void SourceFinder::find(const JobRecord& job, bool may_ask, Found found, GivenUp given_up) {
    cancel();
    search_ = Search{job, may_ask, std::move(found), std::move(given_up), ++searches_};
    go_on();
}

void SourceFinder::cancel() {
    task_.cancel();
    check_task_.cancel();
    search_.reset();
}

void SourceFinder::go_on() {
    for (const SourceKind kind : {SourceKind::model, SourceKind::images}) {
        const std::string path = source_path(search_->job.settings, kind);
        // Fashion-MNIST comes from a package: opening it says which.
        if (path != fashion_mnist_folder() && !engine_.is_source_there(path)) return look_around(kind);
    }
    const Search done = *std::exchange(search_, std::nullopt);
    done.found(done.job);
}

void SourceFinder::look_around(SourceKind kind) {
    const std::shared_ptr<const Study> study = desk_.for_thread([this](const QString& text) { give_up(text); });
    if (!study) return;
    task_.start<std::optional<std::string>>(
        [find = engine_.find_source, study, job = search_->job, kind](std::stop_token) { return find(*study, job, kind); },
        [this, kind](const std::optional<std::string>& place) { place ? take(kind, QString::fromStdString(*place)) : ask(kind); },
        [this](const QString& text) { give_up(text); });
}

void SourceFinder::ask(SourceKind kind) {
    const QString missing = missing_text(search_->job, kind);
    const QString why = missing + tr(": put it back, or say where it is when the job is shown or run.");
    if (!search_->may_ask) return give_up(why);
    const int number = search_->number;
    const QString path =
        dialogs_.find_source(&window_, missing + tr(". Where is it now? What you choose is compared with the study's SHA-256 first."),
                             kind == SourceKind::images);
    // The dialog's own event loop may have brought another search.
    if (!search_ || search_->number != number) return;
    path.isEmpty() ? give_up(why) : check(kind, path);
}

void SourceFinder::check(SourceKind kind, const QString& path) {
    const std::shared_ptr<const Study> study = desk_.for_thread([this](const QString& text) { give_up(text); });
    if (!study) return;
    task_.start<bool>(
        [check = engine_.check_source, study, job = search_->job, kind, path = path.toStdString()](std::stop_token) {
            if (const auto known = job_that_knows(*study, job, kind)) check(*known, kind, path);
            return true;
        },
        [this, kind, path](bool) { take(kind, path); },
        [this, kind](const QString& text) {
            const int number = search_->number;
            dialogs_.show_error(&window_, text);
            if (search_ && search_->number == number) ask(kind);
        });
}

void SourceFinder::take(SourceKind kind, const QString& path) {
    JobSettings& settings = search_->job.settings;
    // A study that can only be read is looked at with what was found, and does not learn it.
    if (desk_.study().is_writable()) desk_.move_source(search_->job, kind, path);
    (kind == SourceKind::model ? settings.model : settings.data) = path.toStdString();
    go_on();
}

void SourceFinder::check_model(const JobRecord& job) {
    check_task_.start<bool>(
        [check = engine_.check_source, job](std::stop_token) {
            check(job, SourceKind::model, job.settings.model);
            return true;
        },
        [](bool) {},
        [this](const QString& text) {
            emit changed(text + tr(" What is shown was measured with that one; with this file the job cannot go on."));
        });
}

void SourceFinder::give_up(const QString& why) {
    const Search done = *std::exchange(search_, std::nullopt);
    done.given_up(why);
}

}  // namespace clipscope
