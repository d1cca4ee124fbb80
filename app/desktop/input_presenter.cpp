#include "input_presenter.h"

#include <QAction>
#include <QFileInfo>
#include <algorithm>
#include <utility>

#include "controls/activity_log.h"
#include "controls/notice_bar.h"
#include "images_dialog.h"
#include "laboratory.h"
#include "network/model_metadata.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr std::size_t most_listed = 20;

}  // namespace

InputPresenter::InputPresenter(Laboratory& laboratory, const Dialogs& dialogs, QAction& action, NoticeBar& notice, ActivityLog& log,
                               QWidget& window)
    : QObject(&window), laboratory_(laboratory), dialogs_(dialogs), notice_(notice), log_(log), window_(window) {
    connect(&action, &QAction::triggered, this, &InputPresenter::ask_images);
    connect(&notice, &NoticeBar::action_requested, this, &InputPresenter::ask_images);
    // Queued, so that no dialog opens in the middle of the laboratory's own work.
    connect(&laboratory, &Laboratory::normalization_needed, this, &InputPresenter::ask_images, Qt::QueuedConnection);
    connect(&laboratory, &Laboratory::architecture_needed, this, &InputPresenter::ask_architecture, Qt::QueuedConnection);
    connect(&laboratory, &Laboratory::model_changed, this, [this] {
        if (!laboratory_.model()) return;
        const OpenedModel& model = *laboratory_.model();
        const std::string others = other_states_text(model.metadata);
        if (const std::string told = model.name + others; std::exchange(told_states_, told) != told && !others.empty())
            log_.append(tr("%1: %2. Saved alone in Python, those open too.")
                            .arg(QFileInfo(QString::fromStdString(model.name)).fileName(), QString::fromStdString(others)));
    });
    connect(&laboratory, &Laboratory::variant_chosen, &log_, &ActivityLog::append);
    connect(&laboratory, &Laboratory::data_changed, this, &InputPresenter::tell_skipped);
    connect(&laboratory, &Laboratory::doubt_changed, this, &InputPresenter::show_doubt);
}

void InputPresenter::ask_images() {
    if (!laboratory_.data() || laboratory_.is_opening()) return;
    ImagesQuestion question{laboratory_.model(), *laboratory_.data(), laboratory_.source(), laboratory_.normalization(),
                            laboratory_.doubt()};
    if (laboratory_.needs_normalization())
        question.reason =
            tr("%1 does not say how its images were normalised. Choose what it was trained with: another choice costs accuracy.")
                .arg(QString::fromStdString(laboratory_.model()->title));
    if (const auto choice = dialogs_.ask_images(&window_, laboratory_.engine(), question)) laboratory_.choose_images(*choice);
}

void InputPresenter::ask_architecture(const QString& model, const QString& sentence) {
    log_.append_error(sentence);
    const QString architecture = dialogs_.ask_architecture(&window_, sentence);
    if (architecture.isEmpty())
        laboratory_.give_up_model();
    else
        laboratory_.name_architecture(model, architecture);
}

void InputPresenter::tell_skipped() {
    const std::vector<std::string>& skipped = laboratory_.data()->skipped_files();
    if (skipped.empty()) return;
    log_.append_error(tr("%1 of %2 pictures cannot be read and are left out:")
                          .arg(grouped(std::int64_t(skipped.size())), grouped(std::int64_t(skipped.size() + laboratory_.data()->size()))));
    for (std::size_t i = 0; i < std::min(skipped.size(), most_listed); ++i)
        log_.append(QStringLiteral("    ") + QString::fromStdString(skipped[i]));
    if (skipped.size() > most_listed) log_.append(tr("    and %1 more").arg(grouped(std::int64_t(skipped.size() - most_listed))));
}

void InputPresenter::show_doubt() {
    notice_.set_text(laboratory_.doubt());
    // What keeps images out is an error and noted as such.
    if (laboratory_.input_format() && !laboratory_.doubt().isEmpty()) log_.append(tr("Warning: %1").arg(laboratory_.doubt()));
}

}  // namespace clipscope
