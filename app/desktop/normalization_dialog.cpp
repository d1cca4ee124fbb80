#include "normalization_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "common/error.h"

namespace clipscope {
namespace {

QString joined(const std::vector<float>& values) {
    QStringList texts;
    for (const float value : values) texts << QString::number(value);
    return texts.join(QStringLiteral(", "));
}

std::vector<float> parse_values(const QString& text, const char* what) {
    std::vector<float> values;
    for (const QString& part : text.split(QLatin1Char(','))) {
        bool ok = false;
        values.push_back(part.trimmed().toFloat(&ok));
        if (!ok) throw UsageError(std::string("Type the ") + what + " of each channel, separated by commas, such as 0.5, 0.5, 0.5.");
    }
    return values;
}

bool fits(const Normalization& normalization, const Dataset& data) {
    return normalization.mean.empty() || normalization.mean.size() == std::size_t(data.shape().channels);
}

QString effect(const InputStatistics& input) {
    return QObject::tr("mean %1, sd %2, from %3 to %4")
        .arg(input.mean, 0, 'f', 2)
        .arg(input.sd, 0, 'f', 2)
        .arg(input.min, 0, 'f', 1)
        .arg(input.max, 0, 'f', 1);
}

constexpr int name_role = Qt::UserRole;
const QString custom_name = QStringLiteral("custom");

}  // namespace

InputStatistics input_statistics(const Dataset& data, const Normalization& normalization, std::size_t images) {
    const std::size_t count = std::min(images, data.size());
    std::vector<float> pixels(data.shape().pixels());
    InputStatistics input{0, 0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
        prepare_image(data, i, {normalization, {}}, pixels);
        for (const double pixel : pixels) {
            sum += pixel;
            squares += pixel * pixel;
            input.min = std::min(input.min, pixel);
            input.max = std::max(input.max, pixel);
        }
    }
    const double n = double(count * pixels.size());
    input.mean = sum / n;
    input.sd = std::sqrt(std::max(0.0, squares / n - input.mean * input.mean));
    return input;
}

NormalizationDialog::NormalizationDialog(const QString& model, const Dataset& data, QWidget* parent) : QDialog(parent), data_(data) {
    setWindowTitle(tr("Normalisation"));
    auto* question = new QLabel(tr("<b>%1</b> does not say how its images were normalised.<br>Choose what it was trained with: "
                                   "another choice costs accuracy. A mean near 0 with a standard deviation (sd) near 1 is usual.")
                                    .arg(model.toHtmlEscaped()));
    question->setWordWrap(true);

    table_ = new QTreeWidget;
    table_->setObjectName(QStringLiteral("presets"));
    table_->setRootIsDecorated(false);
    table_->setHeaderLabels({tr("Preset"), tr("Mean"), tr("Standard deviation"), tr("Input of these images")});
    table_->setToolTip(tr("The last column is measured on the images that are open now."));
    fill_table();

    message_ = new QLabel;
    message_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    accept_ = buttons->button(QDialogButtonBox::Ok);
    accept_->setText(tr("Use this"));

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(question);
    layout->addWidget(table_);
    layout->addLayout(build_custom_row());
    layout->addWidget(message_);
    layout->addWidget(buttons);
    resize(720, 360);

    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(table_, &QTreeWidget::itemSelectionChanged, this, &NormalizationDialog::refresh);
    connect(table_, &QTreeWidget::itemDoubleClicked, accept_, &QPushButton::click);
    refresh();
}

QLayout* NormalizationDialog::build_custom_row() {
    const QString example = QStringList(data_.shape().channels, QStringLiteral("0.5")).join(QStringLiteral(", "));
    mean_ = new QLineEdit(example);
    std_ = new QLineEdit(example);
    mean_->setObjectName(QStringLiteral("mean"));
    std_->setObjectName(QStringLiteral("std"));
    mean_->setToolTip(tr("Subtracted from each channel, on a scale from 0 (black) to 1 (white)."));
    std_->setToolTip(tr("Each channel is divided by it after its mean was subtracted."));
    auto* row = new QFormLayout;
    row->addRow(tr("Mean, for custom"), mean_);
    row->addRow(tr("Standard deviation, for custom"), std_);
    connect(mean_, &QLineEdit::textChanged, this, &NormalizationDialog::refresh);
    connect(std_, &QLineEdit::textChanged, this, &NormalizationDialog::refresh);
    return row;
}

void NormalizationDialog::fill_table() {
    for (const std::string& name : Normalization::preset_names()) {
        const Normalization preset = Normalization::preset(name);
        auto* item = new QTreeWidgetItem(table_, {QString::fromStdString(name), joined(preset.mean), joined(preset.std)});
        item->setData(0, name_role, QString::fromStdString(name));
        if (fits(preset, data_)) {
            item->setText(3, effect(input_statistics(data_, preset)));
        } else {
            item->setText(3, tr("for images with %1 channels").arg(preset.mean.size()));
            item->setDisabled(true);
        }
    }
    auto* custom = new QTreeWidgetItem(table_, {custom_name});
    custom->setData(0, name_role, custom_name);
    for (int column = 0; column < 4; ++column) table_->resizeColumnToContents(column);
}

// Not the current item: the table makes its first row current when it gets the focus, and nothing may be chosen for the user.
QTreeWidgetItem* NormalizationDialog::selected() const {
    return table_->selectedItems().value(0);
}

std::optional<Normalization> NormalizationDialog::chosen() const {
    const QTreeWidgetItem* item = selected();
    if (item == nullptr) return {};
    const QString name = item->data(0, name_role).toString();
    try {
        if (name != custom_name) return Normalization::preset(name.toStdString());
        Normalization custom = Normalization::custom(parse_values(mean_->text(), "mean"), parse_values(std_->text(), "standard deviation"));
        if (!fits(custom, data_))
            throw UsageError("The images have " + std::to_string(data_.shape().channels) + " channels: type as many values.");
        message_->clear();
        return custom;
    } catch (const Error& error) {
        message_->setText(QString::fromUtf8(error.what()));
        return {};
    }
}

void NormalizationDialog::refresh() {
    QTreeWidgetItem* item = selected();
    const bool custom = item != nullptr && item->data(0, name_role).toString() == custom_name;
    mean_->setEnabled(custom);
    std_->setEnabled(custom);
    message_->clear();
    const std::optional<Normalization> choice = chosen();
    accept_->setEnabled(choice.has_value());
    if (custom) item->setText(3, choice ? effect(input_statistics(data_, *choice)) : QString());
}

}  // namespace clipscope
