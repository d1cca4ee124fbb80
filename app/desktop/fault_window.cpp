#include "fault_window.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScreen>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <bit>

#include "answered_pictures.h"
#include "common/error.h"
#include "common/number_text.h"
#include "controls/job_fields.h"
#include "controls/word_boxes.h"
#include "evaluation/scoring.h"
#include "input_preview.h"
#include "tables/cell_table.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr QSize size_at_first(1120, 700);
constexpr const char* images_for_bounds = "200";

std::vector<TableColumn> site_columns() {
    return {{QObject::tr("Site"), QObject::tr("Activation site, in the order of the network"), false},
            {QObject::tr("Differ %"), QObject::tr("Values that are other bits than without the fault, over all images")},
            {QObject::tr("Channels"), QObject::tr("Channels, or neurons, with a different value in some image")},
            {QObject::tr("Largest"), QObject::tr("The greatest magnitude of a finite value without the fault")},
            {QObject::tr("With fault"), QObject::tr("The same with the fault")},
            {QObject::tr("NaN, ∞ %"), QObject::tr("Values that are NaN or infinite with the fault")}};
}

QString magnitude_text(double value) {
    return QString::fromStdString(rounded_text(value, 4));
}

QString share(std::int64_t count, std::int64_t all) {
    return QString::number(all > 0 ? 100 * double(count) / double(all) : 0, 'f', 2);
}

QString index_text(const std::vector<std::int64_t>& index) {
    QStringList numbers;
    for (const std::int64_t one : index) numbers << QString::number(one);
    return numbers.join(QStringLiteral(", "));
}

}  // namespace

FaultWindow::FaultWindow(Laboratory& laboratory, QWidget* parent) : QDialog(parent), laboratory_(laboratory) {
    setWindowTitle(tr("One fault closely"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(build_choice());
    layout->addWidget(word_ = new WordBoxes);
    values_ = new QLabel;
    values_->setFont(tabular(values_->font()));
    values_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    values_->setToolTip(tr("The number that the network reads, without and with the flipped bits, before a protection reads the word"));
    layout->addWidget(values_);
    layout->addWidget(build_results(), 1);
    resize(size_at_first.boundedTo(screen()->availableSize() - QSize(40, 80)));
    choices_ = {layer_, parameter_, element_line_, random_, format_, protection_, worst_, word_};
    connect(word_, &WordBoxes::bit_asked, this, &FaultWindow::flip);
    connect(&laboratory_, &Laboratory::readiness_changed, this, &FaultWindow::start);
    start();
}

QLayout* FaultWindow::build_choice() {
    layer_ = new QComboBox;
    name_field(*layer_, tr("Layer"), tr("The part of the memory that the faulty word lies in"));
    parameter_ = new QComboBox;
    name_field(*parameter_, tr("Parameter"), tr("Which of its parameters"));
    element_line_ = new QLineEdit;
    name_field(*element_line_, tr("Element"), tr("Which number: by its index as in 3, 0, 2, 1, or by its place in the memory as in 25"));
    random_ = new QPushButton(tr("&Random fault"));
    worst_ = new QPushButton(tr("&Worst bit"));
    worst_->setToolTip(
        tr("The bit whose fault loses most accuracy, as the search for the worst bits found it (main window, Jobs). Where none has run for "
           "this network, its form comes to the front there."));
    random_->setToolTip(tr("One of all the stored bits of this parameter, each equally probable"));
    format_ = new QComboBox;
    format_->addItems({QStringLiteral("float32"), QStringLiteral("float16"), QStringLiteral("bfloat16"), QStringLiteral("int8"),
                       QStringLiteral("Q3.12")});
    name_field(*format_, tr("Memory"), tr("The format that numbers are stored in: the same bit means something else in each"));
    protection_ = new QComboBox;
    for (const ProtectionExample& example : protection_examples()) {
        protection_->addItem(QString::fromStdString(example.id));
        protection_->setItemData(protection_->count() - 1, QString::fromStdString(example.summary), Qt::ToolTipRole);
    }
    name_field(*protection_, tr("Protection"),
               tr("The same fault under a protection: choose none and one of the others in turn. Bounds come from 200 tuning images."));
    // Two rows, so that large letters fit a small screen.
    auto* rows = new QVBoxLayout;
    auto* row = new QHBoxLayout;
    rows->addLayout(row);
    const auto add = [&](const QString& text, QWidget* field, int stretch) {
        auto* label = new QLabel(text);
        label->setBuddy(field);
        row->addWidget(label);
        row->addWidget(field, stretch);
    };
    add(tr("&Layer"), layer_, 1);
    add(tr("Para&meter"), parameter_, 2);
    add(tr("&Element"), element_line_, 1);
    row->addWidget(random_);
    row = new QHBoxLayout;
    rows->addLayout(row);
    add(tr("Mem&ory"), format_, 1);
    add(tr("&Protection"), protection_, 2);
    row->addStretch(1);
    row->addWidget(worst_);
    connect(layer_, &QComboBox::activated, this, &FaultWindow::fill_parameters);
    connect(parameter_, &QComboBox::activated, this, [this] {
        element_ = 0;
        flipped_ = 0;
        show_word();
    });
    connect(element_line_, &QLineEdit::editingFinished, this, &FaultWindow::take_element);
    connect(random_, &QPushButton::clicked, this, &FaultWindow::choose_randomly);
    connect(format_, &QComboBox::activated, this, &FaultWindow::start);
    connect(protection_, &QComboBox::activated, this, &FaultWindow::inspect);
    connect(worst_, &QPushButton::clicked, this, &FaultWindow::worst_bit_wanted);
    for (QPushButton* button : {random_, worst_}) button->setAutoDefault(false);
    return rows;
}

QWidget* FaultWindow::build_results() {
    sentence_ = new QLabel;
    sentence_->setWordWrap(true);
    images_ = new ImageGrid;
    images_->setToolTip(
        tr("Twelve images: what each is, and what the network takes it for with the fault; an arrow stands where that is "
           "another answer than without it."));
    sites_ = new CellTable(site_columns(), tr("How far the disturbance spreads"),
                           tr("From the first site to the last: what of the values differs, and how large they become"),
                           tr("Flip a bit above: how far it spreads comes here."));
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(sentence_);
    column->addWidget(images_, 1);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(left);
    splitter->addWidget(sites_);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({600, 500});
    return splitter;
}

void FaultWindow::start() {
    task_.cancel();
    opening_.cancel();
    inspector_.reset();
    inspection_.reset();
    pictures_.clear();
    sites_->set_rows({});
    for (QWidget* field : choices_) field->setEnabled(false);
    if (!laboratory_.is_ready() || !laboratory_.engine().inspector) {
        images_->set_message(tr("Open a model and images in the main window first."));
        return;
    }
    images_->set_message(tr("Reading the images…"));
    try {
        MemoryModel memory;
        memory.format = NumberFormat::parse(format_->currentText().toStdString());
        opening_.start<Opened>(
            [make = laboratory_.engine().inspector, memory,
             inputs = laboratory_.method_inputs(ImageSelection::parse(inspected_images), ImageSelection::parse(images_for_bounds),
                                                inspected_seed)](std::stop_token) {
                Opened opened{make(inputs, memory), {}};
                const Dataset& shown = inputs.evaluation.images;
                for (std::size_t i = 0; i < shown.size(); ++i) opened.pictures.push_back(seen_picture(shown, i, inputs.evaluation.input));
                return opened;
            },
            [this](const Opened& opened) {
                inspector_ = opened.inspector;
                pictures_ = opened.pictures;
                fill_layers();
            },
            [this](const QString& text) { fail(text); });
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

void FaultWindow::fill_layers() {
    for (QWidget* field : choices_) field->setEnabled(true);
    word_->setFocus();
    const QString chosen = layer_->currentText();
    layer_->clear();
    for (const LayerInfo& part : inspector_->inputs().network->memory_parts())
        if (part.part != MemoryPart::threshold) layer_->addItem(QString::fromStdString(part.name));
    layer_->setCurrentIndex(std::max(0, layer_->findText(chosen)));
    fill_parameters();
    show_wanted();
}

void FaultWindow::fill_parameters() {
    const QString chosen = parameter_->currentText();
    parameter_->clear();
    for (const LayerInfo& part : inspector_->inputs().network->memory_parts()) {
        if (QString::fromStdString(part.name) != layer_->currentText()) continue;
        for (const ParameterInfo& one : part.parameters) parameter_->addItem(QString::fromStdString(one.path));
    }
    parameter_->setCurrentIndex(std::max(0, parameter_->findText(chosen)));
    if (parameter_->currentText() != chosen) element_ = flipped_ = 0;
    show_word();
}

ParameterPlace FaultWindow::place() const {
    const std::vector<LayerInfo>& parts = inspector_->inputs().network->memory_parts();
    const auto part = std::ranges::find(parts, layer_->currentText().toStdString(), &LayerInfo::name);
    return {std::size_t(part - parts.begin()), std::size_t(std::max(0, parameter_->currentIndex()))};
}

const ParameterInfo* FaultWindow::parameter() const {
    if (!inspector_ || parameter_->currentIndex() < 0) return nullptr;
    const auto [part, own] = place();
    return &inspector_->inputs().network->memory_parts().at(part).parameters.at(own);
}

void FaultWindow::choose_randomly() {
    const ParameterInfo* own = parameter();
    if (!own) return;
    auto* random = QRandomGenerator::global();
    element_ = std::int64_t(random->generate64() % std::uint64_t(own->elements));
    flipped_ = 1U << random->bounded(own->word_bits);
    show_word();
}

void FaultWindow::show_fault(const QString& layer, const QString& path, std::int64_t element, int bit, const QString& format) {
    wanted_ = Wanted{layer, path, element, bit};
    if (!format.isEmpty() && format != format_->currentText()) {
        show_text(*format_, format);
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
    show_word();
}

// "25", or the index; what is neither is said, and the one before stays.
void FaultWindow::take_element() {
    const ParameterInfo* own = parameter();
    if (!own) return;
    try {
        const std::string name = layer_->currentText().toStdString() + ":" + own->path + ":" + element_line_->text().toStdString() + ":";
        const int some_bit = std::countr_zero(own->faulty_bits);
        const TrialFaults fault = named_faults({name + std::to_string(some_bit)}, inspector_->inputs().network->memory_parts());
        const auto element = std::int64_t(fault.parameters.front().bits.front().position / std::uint64_t(own->word_bits));
        if (element == element_) return;
        element_ = element;
        show_word();
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

void FaultWindow::flip(int bit) {
    flipped_ ^= 1U << bit;
    show_word();
}

void FaultWindow::show_word() {
    const ParameterInfo* own = parameter();
    if (!own) return;
    element_ = std::clamp<std::int64_t>(element_, 0, own->elements - 1);
    number_ = stored_number(*inspector_->inputs().network, place(), element_);
    flipped_ &= word_mask(number_->format.bits());
    element_line_->setText(index_text(number_->index));
    word_->set_word(number_->format, number_->word, flipped_, own->faulty_bits);
    inspect();
}

TrialFaults FaultWindow::faults() const {
    TrialFaults faults;
    if (flipped_ == 0) return faults;
    const auto [part, own] = place();
    faults.parameters.push_back({part, own, {}});
    const auto bits = std::uint64_t(parameter()->word_bits);
    for (std::uint32_t left = flipped_; left != 0; left &= left - 1)
        faults.parameters.front().bits.push_back({std::uint64_t(element_) * bits + std::uint64_t(std::countr_zero(left)), 0});
    return faults;
}

void FaultWindow::inspect() {
    if (!inspector_) return;
    const Protection protection{protection_->currentText().toStdString()};
    if (!inspection_) images_->set_message(tr("The images run without faults first…"));
    task_.start<std::optional<Inspection>>([inspector = inspector_, faults = faults(), protection](
                                               std::stop_token stop) { return inspector->run(faults, protection, std::move(stop)); },
                                           [this](const std::optional<Inspection>& inspection) {
                                               if (inspection) show_answer(*inspection);
                                           },
                                           [this](const QString& text) { fail(text); });
}

void FaultWindow::show_answer(const Inspection& inspection) {
    inspection_ = inspection;
    const float after = inspection.bits.empty() ? number_->value : inspection.bits.front().after;
    values_->setText(inspection.bits.empty() ? tr("%1, no bit flipped: click one").arg(QString::fromStdString(number_text(number_->value)))
                                             : tr("%1 → %2").arg(QString::fromStdString(number_text(number_->value)),
                                                                 QString::fromStdString(number_text(after))));
    images_->set_message({});
    show_images(inspection.effects);
    show_sites(inspection.effects);
    emit inspected(inspection, format_->currentText());
}

void FaultWindow::show_images(const FaultEffects& effects) {
    const auto [pictures, others] = answered(pictures_, effects, inspector_->inputs().images.class_names());
    images_->set_images(pictures);
    sentence_->setText(inspection_->bits.empty() ? tr("Without a fault, protected by %1.").arg(protection_->currentText())
                                                 : others_text(others, effects.images.size()));
}

void FaultWindow::show_sites(const FaultEffects& effects) {
    std::vector<std::vector<TableCell>> rows;
    for (const SiteSpread& site : effects.sites) {
        const std::int64_t channels = site.shape.empty() ? 0 : site.shape.front();
        rows.push_back({{QString::fromStdString(inspector_->inputs().network->sites()[site.site].name)},
                        {share(site.different, site.values), double(site.different) / double(std::max<std::int64_t>(site.values, 1))},
                        {channels > 0 ? tr("%1 of %2").arg(site.channels.size()).arg(channels) : QStringLiteral("–"),
                         channels > 0 ? double(site.channels.size()) / double(channels) : 0},
                        {magnitude_text(site.largest_clean), site.largest_clean},
                        {magnitude_text(site.largest), site.largest, site.largest > 2 * site.largest_clean},
                        {share(site.nonfinite, site.values), double(site.nonfinite), site.nonfinite > 0}});
    }
    sites_->set_rows(rows);
}

void FaultWindow::fail(const QString& text) {
    values_->setText(text);
    if (!inspection_) images_->set_message(text);  // in place of what was under way
}

}  // namespace clipscope
