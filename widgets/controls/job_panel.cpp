#include "controls/job_panel.h"

#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>

#include "controls/job_fields.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

// As high as the form where there is room, unlike Qt's own, whose wish ends at a few lines.
class FormScroll : public QScrollArea {
public:
    QSize sizeHint() const override { return widget() == nullptr ? QScrollArea::sizeHint() : widget()->sizeHint(); }
};

}  // namespace

class JobPanel::Private {
public:
    JobFields* fields = nullptr;
    QWidget* form = new QWidget;
    QFormLayout* form_layout = nullptr;
    QScrollArea* scroll = new FormScroll;
    QWidget* missing_row = new QWidget;
    QLabel* missing = new QLabel;
    QPushButton* help = new QPushButton;
    QLabel* message = new QLabel;
    QLabel* estimate = new QLabel;
    QPushButton* run = new QPushButton;
    QPushButton* stop = new QPushButton;
    QString run_tip;
    bool running = false;
    bool valid = true;
    bool filling = false;
};

JobPanel::JobPanel(bool with_several_formats, const QString& run_tip, QWidget* parent) : QWidget(parent), d_(std::make_unique<Private>()) {
    d_->fields = new JobFields(with_several_formats, this);
    d_->run_tip = run_tip;
    lay_out();
    connect(d_->fields, &JobFields::changed, this, &JobPanel::field_changed);
    connect(d_->fields->rates, &QLineEdit::returnPressed, d_->run, &QPushButton::click);
    connect(d_->run, &QPushButton::clicked, this, &JobPanel::run_requested);
    connect(d_->stop, &QPushButton::clicked, this, &JobPanel::stop_requested);
    connect(d_->help, &QPushButton::clicked, this, &JobPanel::help_requested);
}

JobPanel::~JobPanel() = default;

void JobPanel::lay_out() {
    d_->form_layout = new QFormLayout(d_->form);
    d_->form_layout->setContentsMargins(0, 0, 0, 0);
    d_->form_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    d_->form_layout->setRowWrapPolicy(QFormLayout::DontWrapRows);
    d_->scroll->setWidget(d_->form);
    d_->scroll->setWidgetResizable(true);
    d_->scroll->setFrameShape(QFrame::NoFrame);
    d_->scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    d_->scroll->setFocusPolicy(Qt::NoFocus);  // its fields scroll it
    d_->scroll->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    d_->form->installEventFilter(this);
    build_foot();
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(d_->estimate, 1);
    buttons->addWidget(d_->run);
    buttons->addWidget(d_->stop);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(d_->scroll, 1);
    layout->addWidget(d_->message);
    layout->addWidget(d_->missing_row);
    layout->addLayout(buttons);
    layout->addStretch();
}

// What never scrolls away.
void JobPanel::build_foot() {
    d_->message->setWordWrap(true);
    d_->message->setTextFormat(Qt::PlainText);
    d_->message->setAccessibleName(tr("What to change"));
    d_->missing->setWordWrap(true);
    d_->missing->setTextFormat(Qt::PlainText);
    d_->missing->setAccessibleName(tr("What is missing"));
    auto* row = new QHBoxLayout(d_->missing_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(d_->missing, 1);
    row->addWidget(d_->help);
    d_->missing_row->hide();
    d_->estimate->setForegroundRole(QPalette::PlaceholderText);
    d_->estimate->setFont(tabular(d_->estimate->font()));
    d_->estimate->setToolTip(tr("Expected duration, from the speed of the last trials"));
    d_->run->setText(tr("R&un"));
    d_->run->setDefault(true);
    d_->stop->setText(tr("Stop"));
    d_->stop->setToolTip(tr("Stop the job; what is done is kept"));
    d_->stop->hide();
}

// The form never scrolls sideways, so its scroll area may not be narrower than it; rows come and go.
bool JobPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == d_->form && (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show)) fit_width();
    return QWidget::eventFilter(watched, event);
}

void JobPanel::fit_width() {
    d_->scroll->setMinimumWidth(d_->form->minimumSizeHint().width() + d_->scroll->verticalScrollBar()->sizeHint().width());
    d_->scroll->updateGeometry();
}

JobFields& JobPanel::fields() const {
    return *d_->fields;
}

QFormLayout& JobPanel::form_layout() const {
    return *d_->form_layout;
}

void JobPanel::set_run_tip(const QString& tip) {
    d_->run_tip = tip;
}

void JobPanel::field_changed() {
    if (d_->filling) return;
    validate();
    Q_EMIT form_changed();
}

void JobPanel::begin_filling() {
    d_->filling = true;
}

void JobPanel::end_filling() {
    d_->filling = false;
    validate();
    Q_EMIT form_changed();
}

void JobPanel::set_devices(const QStringList& devices) {
    d_->fields->set_devices(devices);
    validate();
}

void JobPanel::set_max_threads(int threads) {
    d_->fields->threads->set_range(1, std::max(1, threads));
}

void JobPanel::set_estimate(const QString& text) {
    d_->estimate->setText(text);
}

void JobPanel::set_running(bool running) {
    d_->running = running;
    d_->run->setText(running ? tr("Add to q&ueue") : tr("R&un"));
    d_->stop->setVisible(running);
    validate();
}

void JobPanel::set_missing(const QString& sentence, const QString& help) {
    d_->missing->setText(sentence);
    d_->missing_row->setVisible(!sentence.isEmpty());
    d_->help->setText(help);
    d_->help->setVisible(!help.isEmpty());
    validate();
}

void JobPanel::focus_next_step() {
    if (d_->missing->text().isEmpty())
        d_->run->setFocus(Qt::OtherFocusReason);
    else if (!d_->help->isHidden())
        d_->help->setFocus(Qt::OtherFocusReason);
}

bool JobPanel::is_valid() const {
    return d_->valid;
}

QString JobPanel::message() const {
    return d_->message->text();
}

void JobPanel::validate() {
    QString found = d_->fields->problem();
    if (found.isEmpty()) found = problem();
    d_->valid = found.isEmpty();
    d_->message->setText(found);
    d_->message->setVisible(!found.isEmpty());
    show_message_color();
    const QString& missing = d_->missing->text();
    d_->run->setEnabled(missing.isEmpty() && d_->valid);
    const QString tip = d_->running ? tr("Runs after the job that runs and those that wait already") : d_->run_tip;
    d_->run->setToolTip(!missing.isEmpty() ? missing : d_->valid ? tip : found);
}

void JobPanel::show_message_color() {
    QPalette colors = d_->message->palette();
    // The message stands on the window's background, not on that of a field.
    QPalette ground = palette();
    ground.setColor(QPalette::Base, palette().color(QPalette::Window));
    ground.setColor(QPalette::Text, palette().color(QPalette::WindowText));
    colors.setColor(QPalette::WindowText, Theme::screen(ground, font()).error);
    d_->message->setPalette(colors);
}

void JobPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) show_message_color();
}

}  // namespace clipscope
