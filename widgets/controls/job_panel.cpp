#include "controls/job_panel.h"

#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "controls/job_fields.h"
#include "theme/theme.h"

namespace clipscope {

class JobPanel::Private {
public:
    JobFields* fields = nullptr;
    QWidget* form = new QWidget;
    QFormLayout* form_layout = nullptr;
    QLabel* message = new QLabel;
    QLabel* estimate = new QLabel;
    QPushButton* run = new QPushButton;
    QPushButton* stop = new QPushButton;
    QString run_tip;
    bool ready = true;
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
}

JobPanel::~JobPanel() = default;

void JobPanel::lay_out() {
    d_->form_layout = new QFormLayout(d_->form);
    d_->form_layout->setContentsMargins(0, 0, 0, 0);
    d_->form_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    d_->form_layout->setRowWrapPolicy(QFormLayout::DontWrapRows);
    d_->message->setWordWrap(true);
    d_->message->setTextFormat(Qt::PlainText);
    d_->message->setAccessibleName(tr("What to change"));
    d_->estimate->setForegroundRole(QPalette::PlaceholderText);
    d_->estimate->setFont(tabular(d_->estimate->font()));
    d_->estimate->setToolTip(tr("Expected duration, from the speed of the last trials"));
    d_->run->setText(tr("R&un"));
    d_->run->setDefault(true);
    d_->stop->setText(tr("&Stop"));
    d_->stop->setToolTip(tr("Stop the job; what is done is kept"));
    d_->stop->hide();
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(d_->estimate, 1);
    buttons->addWidget(d_->run);
    buttons->addWidget(d_->stop);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(d_->form);
    layout->addWidget(d_->message);
    layout->addLayout(buttons);
    layout->addStretch();
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
    d_->fields->threads->setMaximum(std::max(1, threads));
}

void JobPanel::set_estimate(const QString& text) {
    d_->estimate->setText(text);
}

void JobPanel::set_running(bool running) {
    d_->running = running;
    d_->form->setEnabled(!running);
    d_->run->setVisible(!running);
    d_->stop->setVisible(running);
    validate();
}

void JobPanel::set_ready(bool ready) {
    d_->ready = ready;
    validate();
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
    d_->run->setEnabled(d_->ready && d_->valid && !d_->running);
    if (!d_->ready)
        d_->run->setToolTip(tr("Open a model and data first"));
    else
        d_->run->setToolTip(d_->valid ? d_->run_tip : found);
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
