#include "normalization_choice.h"

#include <QFormLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "common/error.h"
#include "controls/typed_numbers.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

enum Column { name_column, accuracy_column, input_column };
constexpr int name_role = Qt::UserRole;
constexpr int row_padding = 8;
const QString custom_name = QStringLiteral("custom");

QString joined(const std::vector<float>& values) {
    QStringList texts;
    for (const float value : values) texts << QString::number(value);
    return texts.join(QStringLiteral(", "));
}

std::vector<float> parse_values(const QString& text, const char* what) {
    const TypedList list = typed_list(text);
    if (!list.problem.isEmpty()) throw UsageError(list.problem.toStdString());
    std::vector<float> values;
    for (const QString& part : list.text.split(QLatin1Char(','))) {
        const auto value = typed_number(part);
        if (!value) throw UsageError(std::string("Type the ") + what + " of each channel, separated by commas, such as 0.5, 0.5, 0.5.");
        values.push_back(float(*value));
    }
    return values;
}

bool is_same(const Normalization& a, const Normalization& b) {
    return a.mean == b.mean && a.std == b.std;
}

}  // namespace

NormalizationChoice::NormalizationChoice(int channels, bool has_accuracies, QWidget* parent)
    : QWidget(parent), channels_(channels), table_(new QTreeWidget) {
    table_->setObjectName(QStringLiteral("presets"));
    table_->setAccessibleName(tr("Normalisation"));
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setHeaderLabels({tr("Normalisation"), tr("Recognised"), tr("Input: mean ± sd")});
    table_->headerItem()->setToolTip(accuracy_column, tr("Of up to 240 of these images, spread over the classes, without faults"));
    table_->headerItem()->setToolTip(
        input_column,
        tr("Of all pixels of these images after normalisation; networks are usually trained with a mean near 0 and an sd near 1"));
    table_->headerItem()->setTextAlignment(accuracy_column, Qt::AlignRight | Qt::AlignVCenter);
    table_->headerItem()->setTextAlignment(input_column, Qt::AlignRight | Qt::AlignVCenter);
    table_->setColumnHidden(accuracy_column, !has_accuracies);
    table_->header()->setStretchLastSection(true);
    fill_table();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_);
    layout->addLayout(build_values());
    layout->addStretch(1);
    connect(table_, &QTreeWidget::itemSelectionChanged, this, &NormalizationChoice::selection_changed);
    connect(table_, &QTreeWidget::itemDoubleClicked, this, &NormalizationChoice::accepted);
    selection_changed();
}

QLayout* NormalizationChoice::build_values() {
    const QString example = QStringList(channels_, QStringLiteral("0.5")).join(QStringLiteral(", "));
    mean_ = new QLineEdit(example);
    std_ = new QLineEdit(example);
    mean_->setObjectName(QStringLiteral("mean"));
    std_->setObjectName(QStringLiteral("std"));
    mean_->setToolTip(tr("Subtracted from each channel, on a scale from 0 (black) to 1 (white). Choose “custom” to type your own."));
    std_->setToolTip(tr("Each channel is divided by it after its mean was subtracted. Choose “custom” to type your own."));
    auto* row = new QFormLayout;
    row->addRow(tr("Mean"), mean_);
    row->addRow(tr("Standard deviation"), std_);
    for (QLineEdit* field : {mean_, std_}) {
        connect(field, &QLineEdit::textChanged, this, [this] {
            item_of(custom_name)->setText(accuracy_column, {});
            item_of(custom_name)->setText(input_column, {});
            emit changed();
        });
    }
    return row;
}

void NormalizationChoice::fill_table() {
    const auto add = [this](const QString& name) {
        auto* item = new QTreeWidgetItem(table_, {name});
        item->setData(name_column, name_role, name);
        item->setTextAlignment(accuracy_column, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(input_column, Qt::AlignRight | Qt::AlignVCenter);
        for (const int column : {accuracy_column, input_column}) item->setFont(column, tabular(font()));
        item->setSizeHint(name_column, {0, fontMetrics().height() + row_padding});
        return item;
    };
    for (const std::string& name : Normalization::preset_names()) {
        const Normalization preset = Normalization::preset(name);
        QTreeWidgetItem* item = add(QString::fromStdString(name));
        if (fits(preset)) continue;
        item->setText(input_column, preset.mean.size() == 1 ? tr("for grey images") : tr("for %1 channels").arg(preset.mean.size()));
        item->setDisabled(true);
    }
    add(custom_name);
    table_->setColumnWidth(name_column, fontMetrics().horizontalAdvance(QStringLiteral("fashion-mnist")) + 32);
    table_->setColumnWidth(accuracy_column, fontMetrics().horizontalAdvance(tr("Recognised")) + 32);
    const int rows = table_->topLevelItemCount() * table_->sizeHintForRow(0);
    table_->setFixedHeight(rows + table_->header()->sizeHint().height() + 2 * table_->frameWidth());
    table_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

bool NormalizationChoice::fits(const Normalization& normalization) const {
    return normalization.mean.empty() || normalization.mean.size() == std::size_t(channels_);
}

// Not the current item: the table makes its first row current when it gets the focus, and nothing may be chosen for the user.
QTreeWidgetItem* NormalizationChoice::selected() const {
    return table_->selectedItems().value(0);
}

QTreeWidgetItem* NormalizationChoice::item_of(const QString& name) const {
    return table_->findItems(name, Qt::MatchExactly).value(0);
}

Normalization NormalizationChoice::normalization_of(const QTreeWidgetItem& item) const {
    const QString name = item.data(name_column, name_role).toString();
    if (name != custom_name) return Normalization::preset(name.toStdString());
    Normalization custom = Normalization::custom(parse_values(mean_->text(), "mean"), parse_values(std_->text(), "standard deviation"));
    if (!fits(custom)) throw UsageError("The images have " + std::to_string(channels_) + " channels: type as many values.");
    return custom;
}

QTreeWidgetItem& NormalizationChoice::row_of(const Normalization& normalization) const {
    QTreeWidgetItem* item = item_of(QString::fromStdString(normalization.name));
    return item == nullptr ? *item_of(custom_name) : *item;
}

std::optional<Normalization> NormalizationChoice::chosen() const {
    try {
        return selected() == nullptr ? std::nullopt : std::optional(normalization_of(*selected()));
    } catch (const Error&) {
        return std::nullopt;
    }
}

QString NormalizationChoice::problem() const {
    try {
        if (selected() != nullptr) normalization_of(*selected());
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

void NormalizationChoice::choose(const Normalization& normalization) {
    if (!fits(normalization)) return;
    QTreeWidgetItem* item = item_of(QString::fromStdString(normalization.name));
    if (item == nullptr || item->text(name_column) == custom_name || !is_same(Normalization::preset(normalization.name), normalization)) {
        item = item_of(custom_name);
        mean_->setText(own_mean_ = joined(normalization.mean));
        std_->setText(own_std_ = joined(normalization.std));
    }
    table_->setCurrentItem(item);
}

std::vector<Normalization> NormalizationChoice::offered() const {
    std::vector<Normalization> all;
    if (const auto first = chosen()) all.push_back(*first);
    for (const std::string& name : Normalization::preset_names()) {
        const Normalization preset = Normalization::preset(name);
        if (fits(preset) && (all.empty() || preset.name != all.front().name)) all.push_back(preset);
    }
    return all;
}

void NormalizationChoice::set_trial(const Normalization& normalization, const NormalizationTrial& trial) {
    QTreeWidgetItem& row = row_of(normalization);
    row.setText(accuracy_column, trial.accuracy ? percent_text(*trial.accuracy, 0) : QString());
    row.setText(input_column, tr("%1 ± %2").arg(trial.input.mean, 0, 'f', 2).arg(trial.input.sd, 0, 'f', 2));
    row.setToolTip(input_column, tr("From %1 to %2").arg(trial.input.min, 0, 'f', 1).arg(trial.input.max, 0, 'f', 1));
}

void NormalizationChoice::set_trial_failed(const Normalization& normalization, const QString& why) {
    QTreeWidgetItem& row = row_of(normalization);
    row.setText(accuracy_column, {});
    row.setText(input_column, tr("failed"));
    row.setToolTip(input_column, why);
}

void NormalizationChoice::forget_trials() {
    for (int i = 0; i < table_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = table_->topLevelItem(i);
        if (item->isDisabled()) continue;
        item->setText(accuracy_column, {});
        item->setText(input_column, {});
        item->setToolTip(input_column, {});
    }
}

// The fields tell a preset's values, too.
void NormalizationChoice::selection_changed() {
    const QTreeWidgetItem* item = selected();
    const bool is_custom = item != nullptr && item->data(name_column, name_role).toString() == custom_name;
    // What was typed comes back with “custom”.
    if (is_custom && !mean_->isEnabled() && !own_mean_.isEmpty()) {
        mean_->setText(own_mean_);
        std_->setText(own_std_);
    } else if (!is_custom && mean_->isEnabled()) {
        own_mean_ = mean_->text();
        own_std_ = std_->text();
    }
    mean_->setEnabled(is_custom);
    std_->setEnabled(is_custom);
    if (item != nullptr && !is_custom) {
        const QSignalBlocker mean_blocker(mean_), std_blocker(std_);
        const Normalization preset = normalization_of(*item);
        const auto filled = [&](const std::vector<float>& values, float otherwise) {
            return joined(values.empty() ? std::vector<float>(std::size_t(channels_), otherwise) : values);
        };
        mean_->setText(filled(preset.mean, 0));
        std_->setText(filled(preset.std, 1));
        item_of(custom_name)->setText(accuracy_column, {});
        item_of(custom_name)->setText(input_column, {});
    }
    emit changed();
}

}  // namespace clipscope
