#include "images_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QVBoxLayout>
#include <algorithm>

#include "controls/image_grid.h"
#include "controls/number_field.h"
#include "data/seen_image.h"
#include "dialogs.h"
#include "input_preview.h"
#include "normalization_choice.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr std::size_t sample_size = 240;
constexpr int delay_ms = 350;
constexpr int longest_side = 4096;
constexpr QSize size_at_first(1040, 640);

QString name_of(Split split) {
    return split == Split::train ? QObject::tr("Training images") : QObject::tr("Test images");
}

// 0 stands for leaving this step out.
NumberField* side_field(int value, const QString& name, const QString& tip) {
    auto* field = new NumberField(NumberField::Kind::whole, 0, longest_side);
    field->set_empty(0, QObject::tr("as it is"));
    field->set_value(value);
    field->setAccessibleName(name);
    field->setToolTip(tip);
    return field;
}

QLabel* wrapped(const QString& text) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

}  // namespace

ImagesDialog::ImagesDialog(const Engine& engine, const ImagesQuestion& question, QWidget* parent)
    : QDialog(parent), engine_(engine), model_(question.model), images_(question.images), source_(question.source) {
    setWindowTitle(tr("Images as the network sees them"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    accept_ = buttons->button(QDialogButtonBox::Ok);
    accept_->setText(tr("&Use this"));
    problem_ = wrapped({});
    problem_->setObjectName(QStringLiteral("problem"));

    auto* both = new QHBoxLayout;
    both->setSpacing(18);
    both->addLayout(build_choices(question.reason), 2);
    both->addLayout(build_preview(), 3);
    auto* foot = new QHBoxLayout;
    foot->addWidget(problem_, 1);
    foot->addWidget(buttons);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(both, 1);
    layout->addLayout(foot);
    resize(size_at_first.boundedTo(screen()->availableSize() - QSize(40, 80)));

    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(normalization_, &NormalizationChoice::accepted, accept_, &QPushButton::click);
    connect(normalization_, &NormalizationChoice::changed, this, &ImagesDialog::choice_changed);
    for (QTimer* timer : {&read_soon_, &show_soon_}) {
        timer->setSingleShot(true);
        timer->setInterval(delay_ms);
    }
    connect(&read_soon_, &QTimer::timeout, this, &ImagesDialog::read_sample);
    connect(&show_soon_, &QTimer::timeout, this, &ImagesDialog::show_preview);
    if (question.normalization) normalization_->choose(*question.normalization);
    choice_changed();
    read_sample();
}

QLayout* ImagesDialog::build_choices(const QString& reason) {
    normalization_ = new NormalizationChoice(images_.shape().channels, model_.has_value());
    auto* column = new QVBoxLayout;
    if (!reason.isEmpty()) column->addWidget(wrapped(reason));
    column->addLayout(build_source_fields());
    column->addWidget(normalization_, 1);
    return column;
}

QLayout* ImagesDialog::build_source_fields() {
    auto* form = new QFormLayout;
    // A hidden row would leave a gap.
    const auto add_row = [this, form](const QString& text, QWidget* field, bool is_wanted) {
        if (is_wanted) {
            form->addRow(text, field);
        } else {
            field->setParent(this);
            field->hide();
        }
    };
    split_ = new QComboBox;
    split_->setObjectName(QStringLiteral("split"));
    split_->setToolTip(tr("What networks were trained on says too much good of them; results on training images say so."));
    for (const Split split : source_.splits) split_->addItem(name_of(split), int(split));
    split_->setCurrentIndex(std::max(0, split_->findData(int(source_.split))));
    add_row(tr("Split"), split_, source_.splits.size() > 1);
    resize_ = side_field(source_.picture_size.resize, tr("Shorter side"),
                         tr("The shorter side of every picture becomes so long, the longer in proportion. “As it is”: pictures of one "
                            "size stay as they are, of several they become 256 pixels, of which the middle 224 are taken."));
    resize_->setObjectName(QStringLiteral("resize"));
    crop_ = side_field(source_.picture_size.crop, tr("Square cut out"),
                       tr("The square of so many pixels in the middle of the picture, after resizing."));
    crop_->setObjectName(QStringLiteral("crop"));
    add_row(tr("Shorter side (pixels)"), resize_, source_.holds_pictures);
    add_row(tr("Square cut out (pixels)"), crop_, source_.holds_pictures);
    const auto read_again = [this] {
        sample_.reset();
        grid_->set_message(tr("Reading images…"), true);
        read_soon_.start();
    };
    connect(split_, &QComboBox::currentIndexChanged, this, read_again);
    for (const NumberField* field : {resize_, crop_}) {
        connect(field, &NumberField::changed, this, [this, read_again] {
            choice_changed();
            if (size_problem().isEmpty()) read_again();
        });
    }
    return form;
}

QLayout* ImagesDialog::build_preview() {
    grid_ = new ImageGrid;
    auto* scale =
        wrapped(tr("Every channel after normalisation, from −2.5 (black) to +2.5 (white). With the normalisation of "
                   "the training, images look natural here; grey, pale or dark ones are far from what networks are trained on."));
    QPalette muted = scale->palette();
    muted.setColor(QPalette::WindowText, Theme::screen(palette(), font()).muted);
    scale->setPalette(muted);
    auto* column = new QVBoxLayout;
    column->addWidget(grid_, 1);
    column->addWidget(scale);
    return column;
}

PictureSize ImagesDialog::picture_size() const {
    return {resize_->whole(), crop_->whole()};
}

QString ImagesDialog::size_problem() const {
    return resize_->number() ? crop_->problem() : resize_->problem();
}

Split ImagesDialog::split() const {
    return source_.splits.size() > 1 ? Split(split_->currentData().toInt()) : source_.split;
}

std::optional<ImagesChoice> ImagesDialog::chosen() const {
    const auto normalization = normalization_->chosen();
    if (!normalization || !size_problem().isEmpty()) return std::nullopt;
    return ImagesChoice{*normalization, split(), picture_size()};
}

void ImagesDialog::read_sample() {
    preview_task_.cancel();
    trial_task_.cancel();
    sample_.reset();
    tried_.clear();
    normalization_->forget_trials();
    grid_->set_message(tr("Reading images…"), true);
    const bool is_open = split() == source_.split && picture_size() == source_.picture_size;
    sample_task_.start<Dataset>(
        [read = engine_.sample_data, is_open, images = images_, folder = source_.folder.toStdString(), chosen = split(),
         size = picture_size()](std::stop_token stop) {
            return is_open ? images.subset(spread_positions(images, sample_size)) : read(folder, chosen, size, sample_size, stop);
        },
        [this](Dataset sample) {
            sample_ = std::move(sample);
            problem_->clear();
            show_preview();
        },
        [this](const QString& text) { show_problem(text); });
}

void ImagesDialog::choice_changed() {
    accept_->setEnabled(chosen().has_value());
    problem_->setText(size_problem().isEmpty() ? normalization_->problem() : size_problem());
    preview_task_.cancel();
    show_soon_.start();
}

void ImagesDialog::show_preview() {
    show_soon_.stop();
    if (!sample_) return;
    const auto normalization = normalization_->chosen();
    if (!normalization) {
        grid_->set_message(tr("Choose a normalisation to see these images as the network would."), true);
        try_next();
        return;
    }
    preview_task_.start<std::vector<GridImage>>(
        [engine = engine_, model = model_, sample = *sample_, normalization = *normalization](std::stop_token stop) {
            return preview_images(engine, model, sample, normalization, stop);
        },
        [this](std::vector<GridImage> images) {
            grid_->set_images(std::move(images));
            try_next();
        },
        [this](const QString& text) { show_problem(text); });
}

// One after the other, as each takes all cores.
void ImagesDialog::try_next() {
    if (!sample_ || trial_task_.running()) return;
    const auto is_tried = [this](const Normalization& one) {
        return std::ranges::any_of(tried_, [&](const Normalization& before) { return before.mean == one.mean && before.std == one.std; });
    };
    const std::vector<Normalization> offered = normalization_->offered();
    const auto next = std::ranges::find_if_not(offered, is_tried);
    if (next == offered.end()) return;
    trial_task_.start<NormalizationTrial>(
        [engine = engine_, model = model_, sample = *sample_, normalization = *next](std::stop_token stop) {
            return try_normalization(engine, model, sample, normalization, stop);
        },
        [this, normalization = *next](const NormalizationTrial& trial) {
            if (note_tried(normalization)) normalization_->set_trial(normalization, trial);
            try_next();
        },
        // What is wrong with this one says nothing of the others, nor of the one in the preview.
        [this, normalization = *next](const QString& text) {
            if (note_tried(normalization)) normalization_->set_trial_failed(normalization, one_sentence(text));
            try_next();
        });
}

// False where the values, which were being typed, have changed since.
bool ImagesDialog::note_tried(const Normalization& normalization) {
    const bool is_custom = normalization.name == "custom";
    const auto chosen = normalization_->chosen();
    if (is_custom && (!chosen || chosen->mean != normalization.mean || chosen->std != normalization.std)) return false;
    if (is_custom) std::erase_if(tried_, [](const Normalization& one) { return one.name == "custom"; });
    tried_.push_back(normalization);
    return true;
}

void ImagesDialog::show_problem(const QString& text) {
    problem_->setText(one_sentence(text));
    grid_->set_message(one_sentence(text));
}

}  // namespace clipscope
