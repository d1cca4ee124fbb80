// What the window of single faults is asked to show from elsewhere: a bit, a trial's faults, a cell of the map of critical bits.
#include <QComboBox>
#include <QLabel>
#include <QRandomGenerator>
#include <utility>

#include "common/error.h"
#include "controls/feature_map_pane.h"
#include "controls/job_fields.h"
#include "fault_window.h"
#include "tables/cell_table.h"

namespace clipscope {

// Whether the memory is another one than the format that stands in the form.
bool FaultWindow::has_own_memory() const {
    if (!memory_) return false;
    MemoryModel plain;
    plain.format = memory_->format;
    return *memory_ != plain;
}

void FaultWindow::show_mode() {
    for (QWidget* part : of_words_) part->setVisible(!trial_);
    for (QWidget* part : of_trials_) part->setVisible(trial_.has_value());
    if (trial_) trial_title_->setText(trial_->title);
}

void FaultWindow::show_fault(const QString& layer, const QString& path, std::int64_t element, int bit, const QString& format) {
    wanted_ = Wanted{layer, path, element, bit};
    cell_.reset();
    trial_.reset();
    show_mode();
    if (const bool is_other = !format.isEmpty() && format != format_->currentText(); is_other || has_own_memory()) {
        if (is_other) show_text(*format_, format);
        memory_.reset();
        start();
    } else if (inspector_) {
        show_wanted();
    }
}

void FaultWindow::show_wanted() {
    const auto wanted = std::exchange(wanted_, std::nullopt);
    if (!wanted || layer_->findText(wanted->layer) < 0) return;
    layer_->setCurrentText(wanted->layer);
    fill_parameters();
    if (parameter_->findText(wanted->parameter) < 0) return;
    parameter_->setCurrentText(wanted->parameter);
    element_ = wanted->element;
    flipped_ = wanted->bit == no_bit ? 0 : 1U << wanted->bit;
    if (wanted->bit == no_bit) protection_->setCurrentIndex(0);
    word_shown_.reset();
    show_word();
}

void FaultWindow::set_memory(const MemoryModel& memory) {
    const bool is_open = inspector_ && inspector_->inputs().network->memory() == memory;
    memory_ = memory;
    show_text(*format_, QString::fromStdString(memory.format.to_string()));
    if (!is_open) return start();
    if (trial_) return take_trial();
    if (cell_) draw_from_cell();
}

void FaultWindow::show_faults(const FaultsToShow& faults) {
    wanted_.reset();
    cell_.reset();
    trial_ = faults;
    show_mode();
    set_memory(faults.memory);
}

void FaultWindow::take_trial() {
    word_task_.cancel();
    try {
        const Network& network = *inspector_->inputs().network;
        if (!trial_->model_sha256.empty() && network.sha256() != trial_->model_sha256)
            throw UsageError("These faults are of another network than " + network.name() +
                             ": open the one that they are of (double click on the job), then look again.");
        trial_faults_ = faults_of(trial_->bits, network.memory_parts());
        inspect();
    } catch (const Error& error) {
        task_.cancel();
        maps_task_.cancel();
        inspection_.reset();
        sites_->set_rows({});
        maps_->set_message({});
        sentence_->clear();
        fail(QString::fromUtf8(error.what()));
    }
}

// Back to the word that was there before.
void FaultWindow::leave_trial() {
    trial_.reset();
    trial_faults_ = {};
    show_mode();
    const bool opens_anew = has_own_memory();
    memory_.reset();
    if (opens_anew) return start();
    if (inspector_) fill_parameters();
}

void FaultWindow::show_fault_of(const CellToShow& cell) {
    wanted_.reset();
    trial_.reset();
    cell_ = cell;
    show_mode();
    set_memory(cell.memory);
}

void FaultWindow::draw_from_cell() {
    const auto cell = std::exchange(cell_, std::nullopt);
    fill_parameters();
    word_task_.start<FaultyValue>(
        [inspector = inspector_, cell = *cell, random = QRandomGenerator::global()->generate64()](std::stop_token) {
            return fault_in_cell(*inspector->inputs().network, cell.layer, cell.is_negative, cell.bit, random);
        },
        [this](const FaultyValue& value) {
            wanted_ = Wanted{QString::fromStdString(value.layer), QString::fromStdString(value.parameter), value.element, value.bit};
            show_wanted();
        },
        [this](const QString& text) { fail(text); });
}

}  // namespace clipscope
