#include "fault_window.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScreen>
#include <QScrollArea>
#include <QShowEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <bit>

#include "common/error.h"
#include "controls/feature_map_pane.h"
#include "controls/job_fields.h"
#include "controls/weight_picture.h"
#include "controls/word_boxes.h"
#include "input_preview.h"
#include "tables/cell_table.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr QSize size_at_first(1180, 760);
constexpr const char* images_for_bounds = "200";

QString index_text(const std::vector<std::int64_t>& index) {
    QStringList numbers;
    for (const std::int64_t one : index) numbers << QString::number(one);
    return numbers.join(QStringLiteral(", "));
}

}  // namespace

FaultWindow::FaultWindow(Laboratory& laboratory, QWidget* parent) : QDialog(parent), laboratory_(laboratory) {
    setWindowTitle(tr("One fault closely"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    build_fields();
    // It scrolls where the screen is too small for large letters.
    auto* contents = new QWidget;
    auto* layout = new QVBoxLayout(contents);
    build_choice(*layout);
    layout->addWidget(build_results(), 1);
    auto* area = new QScrollArea;
    area->setWidget(contents);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    auto* outside = new QVBoxLayout(this);
    outside->setContentsMargins(0, 0, 0, 0);
    outside->addWidget(area);
    resize(size_at_first.boundedTo(screen()->availableSize() - QSize(40, 80)));
    choices_ = {layer_, parameter_, element_line_, random_, format_, protection_, worst_, word_, single_};
    for (QPushButton* button : {random_, worst_, single_}) button->setAutoDefault(false);
    connect_fields();
    show_mode();
    start();
}

void FaultWindow::build_fields() {
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
    for (const std::string& format : usual_number_formats()) format_->addItem(QString::fromStdString(format));
    name_field(*format_, tr("Memory"), tr("The format that numbers are stored in: the same bit means something else in each"));
    protection_ = new QComboBox;
    for (const ProtectionExample& example : protection_examples()) {
        protection_->addItem(QString::fromStdString(example.id));
        protection_->setItemData(protection_->count() - 1, QString::fromStdString(example.summary), Qt::ToolTipRole);
    }
    name_field(*protection_, tr("Protection"),
               tr("The same faults under a protection: choose none and one of the others in turn. Bounds come from 200 tuning images."));
    for (QComboBox* field : {layer_, parameter_, format_, protection_}) {
        field->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        field->setMinimumContentsLength(7);
    }
    word_ = new WordBoxes;
    weight_ = new WeightPicture;
    values_ = new QLabel;
    values_->setFont(tabular(values_->font()));
    values_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    values_->setWordWrap(true);
    values_->setToolTip(tr(
        "The number that the network reads, without and with the flipped bits, before a protection reads the word, and where it sits. An "
        "input channel counts within its group."));
}

QWidget* FaultWindow::build_trial_bar() {
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    trial_title_ = new QLabel;
    trial_title_->setTextFormat(Qt::PlainText);
    trial_title_->setWordWrap(true);
    QFont strong = trial_title_->font();
    strong.setBold(true);
    trial_title_->setFont(strong);
    trial_title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    trial_title_->setToolTip(tr("All these faults are in the memory together, as in the trial; faults of check bits are left out"));
    single_ = new QPushButton(tr("Back to a &single word"));
    single_->setToolTip(tr("Leaves the trial: one word of the memory, whose bits you flip"));
    row->addWidget(trial_title_, 1);
    row->addWidget(single_);
    return bar;
}

// Rows rather than one, so that large letters fit a small screen.
void FaultWindow::build_choice(QVBoxLayout& layout) {
    const auto new_row = [] {
        auto* widget = new QWidget;
        auto* row = new QHBoxLayout(widget);
        row->setContentsMargins(0, 0, 0, 0);
        return std::pair(widget, row);
    };
    const auto add = [](QHBoxLayout& row, const QString& text, QWidget* field, int stretch) {
        auto* label = new QLabel(text);
        label->setBuddy(field);
        row.addWidget(label);
        row.addWidget(field, stretch);
    };
    QWidget* trial = build_trial_bar();
    const auto [place, place_row] = new_row();
    add(*place_row, tr("&Layer"), layer_, 1);
    add(*place_row, tr("Para&meter"), parameter_, 2);
    add(*place_row, tr("&Element"), element_line_, 1);
    place_row->addWidget(random_);
    const auto [how, how_row] = new_row();
    const auto [stored, stored_row] = new_row();
    add(*stored_row, tr("Mem&ory"), format_, 1);
    how_row->addWidget(stored, 1);
    add(*how_row, tr("&Protection"), protection_, 2);
    how_row->addStretch(1);
    how_row->addWidget(worst_);
    auto* word = new QHBoxLayout;
    auto* number = new QVBoxLayout;
    number->addWidget(word_);
    number->addWidget(values_);
    word->addLayout(number, 1);
    word->addWidget(weight_);
    for (QWidget* row : {trial, place, how}) layout.addWidget(row);
    layout.addLayout(word);
    of_words_ = {place, stored, worst_, word_, weight_};
    of_trials_ = {trial};
}

void FaultWindow::connect_fields() {
    connect(layer_, &QComboBox::activated, this, &FaultWindow::fill_parameters);
    connect(parameter_, &QComboBox::activated, this, [this] {
        element_ = 0;
        flipped_ = 0;
        word_shown_.reset();
        show_word();
    });
    connect(element_line_, &QLineEdit::editingFinished, this, &FaultWindow::take_element);
    connect(random_, &QPushButton::clicked, this, &FaultWindow::choose_randomly);
    connect(format_, &QComboBox::activated, this, [this] {
        memory_.reset();
        start();
    });
    connect(protection_, &QComboBox::activated, this, &FaultWindow::inspect);
    connect(worst_, &QPushButton::clicked, this, &FaultWindow::worst_bit_wanted);
    connect(single_, &QPushButton::clicked, this, &FaultWindow::leave_trial);
    connect(word_, &WordBoxes::bit_asked, this, &FaultWindow::flip);
    connect(images_, &ImageGrid::image_chosen, this, &FaultWindow::show_maps);
    connect(sites_, &CellTable::row_selected, this, [this] {
        is_site_chosen_ = true;
        channel_.reset();
        show_maps();
    });
    connect(maps_, &FeatureMapPane::channel_chosen, this, [this](qint64 channel) {
        channel_ = channel;
        show_maps();
    });
    connect(&laboratory_, &Laboratory::readiness_changed, this, &FaultWindow::start);
}

void FaultWindow::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    if (is_stale_) start();
}

// Networks that are opened while the window is closed are not read before it is shown again.
void FaultWindow::start() {
    task_.cancel();
    opening_.cancel();
    word_task_.cancel();
    maps_task_.cancel();
    inspector_.reset();
    inspection_.reset();
    word_shown_.reset();
    channel_.reset();
    is_site_chosen_ = false;
    pictures_.clear();
    sites_->set_rows({});
    weight_->clear();
    maps_->set_message({});
    for (QWidget* field : choices_) field->setEnabled(false);
    single_->setEnabled(true);
    is_stale_ = !isVisible();
    if (is_stale_) return images_->set_message({});
    if (!laboratory_.is_ready() || !laboratory_.engine().inspector) {
        images_->set_message(laboratory_.is_opening() ? tr("The model and the images are being opened…")
                                                      : tr("Open a model and images in the main window first."));
        return;
    }
    images_->set_message(tr("Reading the images…"));
    try {
        MemoryModel memory;
        memory.format = NumberFormat::parse(format_->currentText().toStdString());
        open(memory_.value_or(memory));
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

void FaultWindow::open(const MemoryModel& memory) {
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
}

void FaultWindow::fill_layers() {
    for (QWidget* field : choices_) field->setEnabled(true);
    word_->setFocus();
    const QString chosen = layer_->currentText();
    layer_->clear();
    for (const LayerInfo& part : inspector_->inputs().network->memory_parts())
        if (part.part != MemoryPart::threshold) layer_->addItem(QString::fromStdString(part.name));
    layer_->setCurrentIndex(std::max(0, layer_->findText(chosen)));
    if (trial_) return take_trial();
    if (cell_) return draw_from_cell();
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
    word_shown_.reset();
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
    word_shown_.reset();
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
        word_shown_.reset();
        show_word();
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

void FaultWindow::flip(int bit) {
    flipped_ ^= 1U << bit;
    show_word();
}

// A word that is not known yet is read first: that is LibTorch's work.
void FaultWindow::show_word() {
    const ParameterInfo* own = parameter();
    if (!own) return;
    element_ = std::clamp<std::int64_t>(element_, 0, own->elements - 1);
    flipped_ &= word_mask(own->word_bits);
    if (word_shown_) return take_word(*word_shown_);
    word_task_.start<Word>(
        [inspector = inspector_, place = place(), element = element_](std::stop_token) {
            const Network& network = *inspector->inputs().network;
            return Word{stored_number(network, place, element), stored_slice(network, place, element)};
        },
        [this](const Word& word) { take_word(word); }, [this](const QString& text) { fail(text); });
}

void FaultWindow::take_word(const Word& word) {
    if (!word_shown_) {
        word_shown_ = word;
        element_line_->setText(index_text(word.number.index));
        weight_->set_slice(word.slice);
    }
    word_->set_word(word.number.format, word.number.word, flipped_, parameter()->faulty_bits);
    inspect();
}

}  // namespace clipscope
