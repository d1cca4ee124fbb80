#include "changed_images_window.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "controls/confusion_matrix.h"
#include "controls/image_grid.h"
#include "controls/job_fields.h"
#include "fault_inspector.h"
#include "input_preview.h"
#include "plots/accuracy_view.h"
#include "study_desk.h"
#include "tables/answer_grid.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr QSize usual_window_size(1180, 740);
constexpr std::size_t pictures_at_once = 48;
constexpr int all_classes = -1;

// "of 1,000 images 873 are right without faults, 512 with them; ..."
QString counts_text(const std::vector<ImageAnswers>& answers, NonfiniteRule rule) {
    const auto count = [&](AnswerKind kind) {
        return grouped(std::int64_t(std::ranges::count_if(answers, [&](const ImageAnswers& one) { return is_of(kind, one, rule); })));
    };
    const auto before = std::ranges::count_if(answers, [&](const ImageAnswers& one) { return one.is_right_before(rule); });
    const auto after = std::ranges::count_if(answers, [&](const ImageAnswers& one) { return one.is_right_after(rule); });
    return QObject::
        tr("Of %1 images %2 are right without faults and %3 with them. Silent (SDC, another answer): %4; detectable (DUE, not finite): %5. "
           "Right before and wrong now: %6; the other way round: %7.")
            .arg(grouped(std::int64_t(answers.size())), grouped(std::int64_t(before)), grouped(std::int64_t(after)),
                 count(AnswerKind::silent), count(AnswerKind::detectable), count(AnswerKind::right_to_wrong),
                 count(AnswerKind::wrong_to_right));
}

}  // namespace

ChangedImagesWindow::ChangedImagesWindow(const Engine& engine, StudyDesk& desk, QWidget* parent)
    : QDialog(parent), engine_(engine), desk_(desk) {
    setWindowTitle(tr("Images that changed"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    auto* layout = new QVBoxLayout(this);
    auto* head = new QHBoxLayout;
    sentence_ = new QLabel;
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    stop_ = new QPushButton(tr("&Stop"));
    stop_->setToolTip(tr("Gives up the trial that is being repeated"));
    head->addWidget(sentence_, 1);
    export_ = new QPushButton(tr("E&xport as CSV…"));
    export_->setToolTip(tr("Every image of the trial with its answers, confidences and kind, under each protection"));
    head->addWidget(stop_, 0, Qt::AlignTop);
    head->addWidget(export_, 0, Qt::AlignTop);
    layout->addLayout(head);
    layout->addLayout(build_filters());
    layout->addWidget(build_results(), 1);
    for (QPushButton* button : {stop_, export_}) button->setAutoDefault(false);
    connect(stop_, &QPushButton::clicked, this, [this] {
        task_.cancel();
        show_message(tr("Stopped before the trial was repeated: ask for its images again in the table of faults."), false);
    });
    connect(export_, &QPushButton::clicked, this, [this] {
        if (trial_) emit export_wanted(answers_to_csv(*trial_));
    });
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        if (task_.running()) show_message(tr("Another study is open now."), false);
        task_.cancel();
    });
    resize(usual_window_size.boundedTo(screen()->availableSize() - QSize(40, 80)));
    show_message({}, false);
}

QBoxLayout* ChangedImagesWindow::build_filters() {
    protection_ = new QComboBox;
    name_field(*protection_, tr("Protection"), tr("Under which protection the trial is looked at"));
    kind_ = new QComboBox;
    name_field(*kind_, tr("Kind"), tr("Which of the images are shown"));
    add_choice(*kind_, tr("all that changed"), AnswerKind::changed, tr("Another answer, or one that is not finite"));
    add_choice(*kind_, tr("silent (SDC)"), AnswerKind::silent, tr("Another answer, all logits finite: nobody notices"));
    add_choice(*kind_, tr("detectable (DUE)"), AnswerKind::detectable, tr("A logit is NaN or infinite: that can be noticed"));
    add_choice(*kind_, tr("right to wrong"), AnswerKind::right_to_wrong, tr("Answered rightly without the faults, wrongly with them"));
    add_choice(*kind_, tr("wrong to right"), AnswerKind::wrong_to_right, tr("Answered wrongly without the faults, rightly with them"));
    add_choice(*kind_, tr("all images"), AnswerKind::all, tr("Also those whose answer is the same"));
    class_ = new QComboBox;
    name_field(*class_, tr("Class"), tr("What the images are"));
    order_ = new QComboBox;
    name_field(*order_, tr("Order"), tr("Which images come first"));
    add_choice(*order_, tr("confidence lost"), AnswerOrder::confidence_lost,
               tr("Where the softmax of what was answered without faults falls most; not finite counts as 0"));
    add_choice(*order_, tr("class"), AnswerOrder::by_class, tr("By what they are, then by what they are taken for now"));
    add_choice(*order_, tr("number"), AnswerOrder::number, tr("As they stand in the data set"));
    shown_ = new QLabel;
    auto* row = new QHBoxLayout;
    const auto add = [&](const QString& text, QComboBox* field) {
        auto* label = new QLabel(text);
        label->setBuddy(field);
        row->addWidget(label);
        row->addWidget(field, 1);
        field->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        field->setMinimumContentsLength(6);
    };
    add(tr("&Protection"), protection_);
    add(tr("&Kind"), kind_);
    add(tr("&Class"), class_);
    add(tr("&Order"), order_);
    connect(protection_, &QComboBox::activated, this, &ChangedImagesWindow::show_outcome);
    connect(order_, &QComboBox::activated, this, &ChangedImagesWindow::show_images);
    for (const QComboBox* field : {kind_, class_}) connect(field, &QComboBox::activated, this, [this] { choose_cell({}); });
    return row;
}

QWidget* ChangedImagesWindow::build_results() {
    grid_ = new AnswerGrid;
    grid_->setToolTip(tr("The picture as the network sees it, what it is, the answer without faults, and the one with them"));
    before_ = new ConfusionMatrix(tr("Without faults"));
    after_ = new ConfusionMatrix(tr("With faults"));
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(shown_);
    column->addWidget(grid_, 1);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(before_);
    right->addWidget(after_);
    right->setChildrenCollapsible(false);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({780, 360});
    for (const bool with_faults : {false, true})
        connect(with_faults ? after_ : before_, &ConfusionMatrix::cell_chosen, this, [this, with_faults](int label, int answer) {
            choose_cell(label < 0 ? std::nullopt : std::optional(ConfusionCell{with_faults, label, answer}));
        });
    connect(grid_, &AnswerGrid::pictures_wanted, this, &ChangedImagesWindow::read_pictures);
    return splitter;
}

void ChangedImagesWindow::show_message(const QString& text, bool is_running) {
    trial_.reset();
    unread_.clear();
    pictures_task_.cancel();
    sentence_->setText(text);
    shown_->clear();
    stop_->setVisible(is_running);
    export_->setEnabled(false);
    for (QComboBox* field : {protection_, kind_, class_, order_}) field->setEnabled(false);
    grid_->forget_pictures();
    grid_->set_images({}, {});
    grid_->hide();
    before_->set_counts({}, {});
    after_->set_counts({}, {});
}

void ChangedImagesWindow::show_trial(const TrialName& name) {
    const auto failed = [this](const QString& text) { show_message(text, false); };
    const std::shared_ptr<const Study> study = desk_.for_thread(failed);
    if (!study) return;
    show_message(tr("Repeating trial %1 on all images of its job…").arg(QString::fromStdString(to_string(name))), true);
    using Trial = std::shared_ptr<const ReplayedTrial>;
    task_.start<Trial>(
        [replay = engine_.replay_answers, study, name](std::stop_token stop) -> Trial {
            auto trial = replay(*study, name, stop);
            return trial ? std::make_shared<const ReplayedTrial>(std::move(*trial)) : nullptr;
        },
        [this](const Trial& trial) {
            if (trial) take(trial);
        },
        failed);
}

void ChangedImagesWindow::take(std::shared_ptr<const ReplayedTrial> trial) {
    trial_ = std::move(trial);
    stop_->hide();
    grid_->show();
    export_->setEnabled(true);
    for (QComboBox* field : {protection_, kind_, class_, order_}) field->setEnabled(true);
    const QSignalBlocker no_protection(protection_), no_class(class_);
    protection_->clear();
    for (const ReplayedOutcome& outcome : trial_->outcomes) protection_->addItem(protection_name(outcome.protection));
    class_->clear();
    class_->addItem(tr("all classes"), all_classes);
    for (std::int32_t label = 0; label < classes(); ++label)
        class_->addItem(class_title(label, trial_->images->images.class_names()), int(label));
    show_outcome();
}

std::int32_t ChangedImagesWindow::classes() const {
    if (!trial_ || !trial_->images) return 0;
    std::int32_t most = std::int32_t(trial_->images->images.class_names().size());
    for (const ImageAnswers& one : answers()) most = std::max({most, one.label + 1, one.before.prediction + 1, one.after.prediction + 1});
    return most;
}

const std::vector<ImageAnswers>& ChangedImagesWindow::answers() const {
    static const std::vector<ImageAnswers> none;
    if (!trial_ || trial_->outcomes.empty()) return none;
    const auto place = std::size_t(std::max(0, protection_->currentIndex()));
    return trial_->outcomes[std::min(place, trial_->outcomes.size() - 1)].answers;
}

QString ChangedImagesWindow::sentence() const {
    return sentence_->text();
}

void ChangedImagesWindow::show_outcome() {
    if (!trial_) return;
    filter_.cell.reset();
    filter_.nonfinite = trial_->nonfinite;
    const FaultsToShow faults = faults_to_show(*trial_, -1, {});
    sentence_->setText(tr("%1, %2. %3").arg(faults.title, protection_->currentText(), counts_text(answers(), trial_->nonfinite)));
    const std::vector<std::string>& names = trial_->images->images.class_names();
    before_->set_counts(count_confusion(answers(), false, classes()), names);
    after_->set_counts(count_confusion(answers(), true, classes()), names);
    show_images();
}

void ChangedImagesWindow::show_images() {
    if (!trial_) return;
    filter_.kind = AnswerKind(kind_->currentData().toInt());
    filter_.order = AnswerOrder(order_->currentData().toInt());
    const int label = class_->currentData().toInt();
    filter_.label = label == all_classes ? std::nullopt : std::optional(std::int32_t(label));
    const std::vector<ImageAnswers> images = chosen(answers(), filter_, classes());
    grid_->set_images(images, trial_->images->images.class_names());
    const QString count = images.size() == 1 ? tr("1 image") : tr("%1 images").arg(grouped(std::int64_t(images.size())));
    shown_->setText(filter_.cell ? tr("%1 of the framed cell").arg(count) : count);
}

// In place of what the form says, which counts again as soon as it is used.
void ChangedImagesWindow::choose_cell(const std::optional<ConfusionCell>& cell) {
    filter_.cell = cell;
    using Framed = std::optional<ConfusionMatrix::Cell>;
    const Framed framed = cell ? Framed({cell->label, cell->answer}) : Framed();
    before_->choose(cell && !cell->with_faults ? framed : Framed());
    after_->choose(cell && cell->with_faults ? framed : Framed());
    show_images();
}

// Those in sight last come first.
void ChangedImagesWindow::read_pictures(const std::vector<qint64>& places) {
    unread_.insert(unread_.end(), places.begin(), places.end());
    if (!pictures_task_.running()) read_next_pictures();
}

void ChangedImagesWindow::read_next_pictures() {
    if (!trial_ || !trial_->images || unread_.empty()) return;
    const std::size_t count = std::min(unread_.size(), pictures_at_once);
    const std::vector<qint64> places(unread_.end() - std::ptrdiff_t(count), unread_.end());
    unread_.resize(unread_.size() - count);
    using Pictures = std::vector<std::pair<std::int64_t, QImage>>;
    pictures_task_.start<Pictures>(
        [trial = trial_, places](std::stop_token stop) {
            Pictures pictures;
            for (const qint64 place : places) {
                if (stop.stop_requested()) break;
                pictures.emplace_back(place, seen_picture(trial->images->images, std::size_t(place), trial->images->input).image);
            }
            return pictures;
        },
        [this](const Pictures& pictures) {
            grid_->set_pictures(pictures);
            read_next_pictures();
        },
        [this](const QString& text) { shown_->setText(text); });
}

}  // namespace clipscope
