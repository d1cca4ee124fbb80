#include "controls/lab_pane.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "controls/job_fields.h"

namespace clipscope {
namespace {

QLabel* wrapped(bool is_markdown) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextFormat(is_markdown ? Qt::MarkdownText : Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QPushButton* button(const QString& text, const QString& tip) {
    auto* made = new QPushButton(text);
    made->setToolTip(tip);
    made->setAutoDefault(false);
    return made;
}

}  // namespace

LabPane::LabPane(QWidget* parent) : QStackedWidget(parent) {
    addWidget(build_choices());
    addWidget(build_lab());
}

QWidget* LabPane::build_choices() {
    list_ = new QListWidget;
    name_field(*list_, tr("Labs"), tr("Exercises of about half an hour, with everything they need"));
    about_ = wrapped(false);
    student_ = new QLineEdit;
    name_field(*student_, tr("Your name or number"),
               tr("The seed of your faults comes from it: other students get other numbers and the same lesson. Work that was begun under "
                  "a name goes on where it was."));
    begin_ = button(tr("Begin"), tr("Opens the network and the images in a study of your own, or goes on with yours"));
    auto* open = button(tr("Open another lab…"), tr("A lab file (.json) of your lecturer's, with its text (.md) beside it"));
    auto* name_label = new QLabel(tr("Your name or number"));
    name_label->setBuddy(student_);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->addWidget(list_, 1);
    layout->addWidget(about_);
    layout->addWidget(name_label);
    layout->addWidget(student_);
    auto* row = new QHBoxLayout;
    row->addWidget(begin_);
    row->addWidget(open);
    row->addStretch(1);
    layout->addLayout(row);
    connect(list_, &QListWidget::currentRowChanged, this, &LabPane::follow_choice);
    connect(list_, &QListWidget::itemActivated, this, &LabPane::begin);
    connect(student_, &QLineEdit::textChanged, this, &LabPane::follow_choice);
    connect(student_, &QLineEdit::returnPressed, this, &LabPane::begin);
    connect(begin_, &QPushButton::clicked, this, &LabPane::begin);
    connect(open, &QPushButton::clicked, this, &LabPane::open_requested);
    follow_choice();
    return page;
}

QWidget* LabPane::build_lab() {
    title_ = new QLabel;
    QFont bold = title_->font();
    bold.setBold(true);
    title_->setFont(bold);
    title_->setWordWrap(true);
    steps_ = new QComboBox;
    name_field(*steps_, tr("Step"), tr("Steps may be looked at in any order; ✓: all that it asks for is done"));
    steps_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    previous_ = button(tr("◀"), tr("The step before (Alt+Page Up)"));
    previous_->setShortcut(Qt::ALT | Qt::Key_PageUp);
    previous_->setAccessibleName(tr("The step before"));
    next_ = button(tr("▶"), tr("The next step (Alt+Page Down)"));
    next_->setShortcut(Qt::ALT | Qt::Key_PageDown);
    next_->setAccessibleName(tr("The next step"));
    for (QPushButton* arrow : {previous_, next_}) arrow->setMaximumWidth(3 * fontMetrics().height());
    progress_ = new QProgressBar;
    progress_->setTextVisible(false);
    progress_->setMaximumHeight(fontMetrics().height() / 2);
    progress_->setAccessibleName(tr("Steps done"));
    auto* row = new QHBoxLayout;
    row->addWidget(previous_);
    row->addWidget(steps_, 1);
    row->addWidget(next_);
    scroll_ = new QScrollArea;
    scroll_->setWidget(build_step());
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->addWidget(title_);
    layout->addLayout(row);
    layout->addWidget(progress_);
    layout->addWidget(scroll_, 1);
    layout->addWidget(build_foot());
    connect(steps_, &QComboBox::activated, this, &LabPane::step_chosen);
    connect(previous_, &QPushButton::clicked, this, [this] { Q_EMIT step_chosen(view_.step - 1); });
    connect(next_, &QPushButton::clicked, this, [this] { Q_EMIT step_chosen(view_.step + 1); });
    return page;
}

QWidget* LabPane::build_step() {
    text_ = wrapped(true);
    text_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    text_->setOpenExternalLinks(true);
    prediction_ = new QuestionBox(tr("Your prediction"), tr("Note it"),
                                  tr("Before the result is there: what you expect, right or wrong, is worth more than a guess afterwards"));
    action_ = button({}, {});
    state_ = wrapped(false);
    measured_ = wrapped(true);
    question_ = new QuestionBox(tr("A question"), tr("Answer"), tr("It can be changed; how often is written down"));
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 4, 0);
    layout->addWidget(text_);
    layout->addWidget(prediction_);
    auto* row = new QHBoxLayout;
    row->addWidget(action_);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addWidget(state_);
    layout->addWidget(measured_);
    layout->addWidget(question_);
    layout->addStretch(1);
    connect(prediction_, &QuestionBox::replied, this, &LabPane::predicted);
    connect(question_, &QuestionBox::replied, this, &LabPane::answered);
    connect(action_, &QPushButton::clicked, this, &LabPane::action_requested);
    return page;
}

QWidget* LabPane::build_foot() {
    hand_in_ = button(tr("Hand in…"), tr("Writes predictions, answers, the study and its figures into one file for your lecturer"));
    leave_ = button(tr("Leave"), tr("Back to the list of labs; your work is kept and goes on under the same name"));
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(hand_in_);
    row->addStretch(1);
    row->addWidget(leave_);
    connect(hand_in_, &QPushButton::clicked, this, &LabPane::hand_in_requested);
    connect(leave_, &QPushButton::clicked, this, &LabPane::leave_requested);
    return foot;
}

void LabPane::set_choices(const std::vector<LabChoice>& labs) {
    const int chosen = list_->currentRow();
    labs_ = labs;
    list_->clear();
    for (const LabChoice& lab : labs) list_->addItem(tr("%1  (%2 min)").arg(lab.title).arg(lab.minutes));
    choose(chosen < 0 ? 0 : chosen);
}

void LabPane::choose(int lab) {
    list_->setCurrentRow(std::min(lab, list_->count() - 1));
}

void LabPane::set_student(const QString& name) {
    student_->setText(name);
}

void LabPane::follow_choice() {
    const int row = list_->currentRow();
    const bool is_chosen = row >= 0 && row < int(labs_.size());
    about_->setText(is_chosen ? labs_[std::size_t(row)].about : tr("No lab is installed: open one of your lecturer's."));
    if (begin_) begin_->setEnabled(is_chosen && !student_->text().trimmed().isEmpty());
}

void LabPane::begin() {
    if (begin_->isEnabled())
        Q_EMIT begin_requested(list_->currentRow(), student_->text().trimmed());
    else
        student_->setFocus();
}

void LabPane::show_choices() {
    setCurrentIndex(0);
}

bool LabPane::has_draft() const {
    return (view_.has_prediction && prediction_->has_draft()) || (view_.has_question && question_->has_draft());
}

// The fields of questions are made anew with each step, and would come last.
void LabPane::order_tabs() {
    QList<QWidget*> stops{previous_, steps_, next_, text_};
    stops << prediction_->tab_stops() << action_ << question_->tab_stops() << hand_in_ << leave_;
    for (qsizetype i = 0; i + 1 < stops.size(); ++i) setTabOrder(stops[i], stops[i + 1]);
}

void LabPane::show_steps() {
    const QSignalBlocker blocked(steps_);
    steps_->clear();
    int done = 0;
    for (int step = 0; step < int(view_.steps.size()); ++step) {
        const bool is_complete = view_.complete.at(std::size_t(step));
        done += is_complete;
        steps_->addItem(tr("%1%2. %3").arg(is_complete ? QStringLiteral("✓ ") : QString()).arg(step + 1).arg(view_.steps[step]));
    }
    steps_->setCurrentIndex(view_.step);
    progress_->setRange(0, int(view_.steps.size()));
    progress_->setValue(done);
    progress_->setToolTip(tr("%1 of %2 steps done").arg(done).arg(view_.steps.size()));
}

void LabPane::set_view(const LabView& view) {
    const bool is_other_step = view.step != view_.step || view.title != view_.title || !shows_lab();
    view_ = view;
    title_->setText(tr("%1 — %2").arg(view.title, view.student));
    show_steps();
    previous_->setEnabled(view.step > 0);
    next_->setEnabled(view.step + 1 < int(view.steps.size()));
    if (is_other_step) text_->setText(view.text);
    prediction_->setVisible(view.has_prediction);
    if (view.has_prediction) prediction_->set_view(view.prediction);
    action_->setVisible(!view.action.isEmpty());
    action_->setText(view.action);
    action_->setToolTip(view.action_tip);
    action_->setEnabled(view.is_action_free);
    state_->setText(view.state);
    state_->setVisible(!view.state.isEmpty());
    measured_->setText(view.measured);
    measured_->setVisible(!view.measured.isEmpty());
    question_->setVisible(view.has_question);
    if (view.has_question) question_->set_view(view.question);
    setCurrentIndex(1);
    if (!is_other_step) return;
    order_tabs();
    scroll_->verticalScrollBar()->setValue(0);
}

}  // namespace clipscope
