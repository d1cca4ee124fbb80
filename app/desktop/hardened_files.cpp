#include "hardened_files.h"

#include "common/error.h"
#include "controls/harden_panel.h"
#include "laboratory.h"
#include "method_request.h"
#include "result_presenter.h"
#include "theme/number_text.h"

namespace clipscope {

HardenedFiles::HardenedFiles(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form, QObject* parent)
    : QObject(parent), laboratory_(laboratory), results_(results), form_(form) {
    connect(&laboratory_, &Laboratory::model_changed, this, [this] {
        save_task_.cancel();
        thresholds_task_.cancel();
    });
}

void HardenedFiles::save_network(const QString& path) {
    const auto thresholds = results_.thresholds();
    if (!thresholds) return;
    try {
        const HardenForm form = form_.form();
        const MethodInputs inputs = laboratory_.method_inputs(evaluation_selection(form), tuning_selection(form), form.seed);
        emit told(tr("Writing %1…").arg(path));
        save_task_.start<std::optional<HardenedFile>>(
            [write = laboratory_.engine().write_hardened, inputs, thresholds, file = path.toStdString()](std::stop_token stop) {
                return write(inputs, *thresholds, file, stop);
            },
            [this](const std::optional<HardenedFile>& file) {
                if (!file) return;
                emit told(tr("Wrote %1: opened again, it gives the same logits on all %2 tuning images")
                              .arg(QString::fromStdString(file->path), grouped(file->images_compared)));
                emit written(QString::fromStdString(file->path));
            },
            [this](const QString& text) { emit failed(text); });
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void HardenedFiles::open_thresholds(const QString& path) {
    if (!laboratory_.model()) return;
    thresholds_task_.start<ThresholdsFile>(
        [read = laboratory_.engine().read_thresholds, model = *laboratory_.model(), file = path.toStdString()](std::stop_token) {
            return read(model, file);
        },
        [this, path](const ThresholdsFile& thresholds) {
            results_.use_thresholds(thresholds);
            emit told(tr("%1: thresholds of %2 sites, for comparisons and the hardened network").arg(path).arg(thresholds.sites.size()));
        },
        [this](const QString& text) { emit failed(text); });
}

}  // namespace clipscope
