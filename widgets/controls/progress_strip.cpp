#include "controls/progress_strip.h"

#include <QEvent>
#include <QFileInfo>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {

namespace {

constexpr int bar_steps = 1000;   // tenths of a percent
constexpr int longest_name = 28;  // of a file, in characters

}  // namespace

ProgressStrip::ProgressStrip(QWidget* parent)
    : QWidget(parent),
      queue_row_(nullptr),
      paused_(new QLabel),
      next_(new QLabel),
      written_(new QToolButton),
      activity_(new QLabel),
      bar_(new QProgressBar),
      times_(new QLabel),
      stop_(new QPushButton(tr("&Stop"))) {
    activity_->setTextFormat(Qt::PlainText);
    activity_->setMinimumWidth(60);
    activity_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    activity_->setFont(tabular(font()));
    bar_->setRange(0, bar_steps);
    bar_->setMinimumWidth(120);
    bar_->setAlignment(Qt::AlignCenter);
    bar_->setAccessibleName(tr("Progress of the job"));
    bar_->setToolTip(tr("Share of the trials that are done"));
    times_->setFont(tabular(font()));
    times_->setToolTip(tr("Time since the start and, measured on the trials done so far, time left"));
    stop_->setToolTip(tr("Stop the job; what is done is kept"));
    stop_->setEnabled(false);
    next_->setTextFormat(Qt::PlainText);
    written_->setAutoRaise(true);
    written_->hide();
    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(activity_, 3);
    row->addWidget(bar_, 2);
    row->addWidget(times_);
    row->addWidget(next_);
    row->addWidget(written_);
    row->addWidget(stop_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    layout->addWidget(queue_row_ = build_queue_row());
    layout->addLayout(row);
    connect(written_, &QToolButton::clicked, this, [this] {
        const QFileInfo written(written_path_);
        Q_EMIT folder_requested(written.isDir() ? written.absoluteFilePath() : written.absolutePath());
    });
    tick_.setInterval(1000);
    connect(&tick_, &QTimer::timeout, this, &ProgressStrip::show_times);
    connect(stop_, &QPushButton::clicked, this, &ProgressStrip::stop_requested);
    bar_->hide();
}

QWidget* ProgressStrip::build_queue_row() {
    auto* queue = new QWidget;
    paused_->setTextFormat(Qt::PlainText);
    paused_->setMinimumWidth(60);
    paused_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    QFont strong = font();
    strong.setBold(true);
    paused_->setFont(strong);
    auto* go_on = new QPushButton(tr("Go on"));
    go_on->setToolTip(tr("The paused jobs run, one after the other"));
    auto* discard = new QPushButton(tr("Discard"));
    discard->setToolTip(tr("Takes the paused jobs out of the study; Jobs ▸ Undo removing brings them back"));
    auto* row = new QHBoxLayout(queue);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(paused_, 1);
    row->addWidget(go_on);
    row->addWidget(discard);
    queue->hide();
    connect(go_on, &QPushButton::clicked, this, &ProgressStrip::go_on_requested);
    connect(discard, &QPushButton::clicked, this, &ProgressStrip::discard_requested);
    return queue;
}

void ProgressStrip::set_next(const QString& text) {
    next_->setText(text);
    next_->setVisible(!text.isEmpty());
}

void ProgressStrip::set_paused(const QString& sentence) {
    paused_->setText(sentence);
    paused_->setToolTip(sentence);
    queue_row_->setVisible(!sentence.isEmpty());
}

void ProgressStrip::show_written(const QString& path) {
    written_path_ = path;
    name_written();
    written_->show();
}

void ProgressStrip::name_written() {
    const QString name = QFileInfo(written_path_).fileName();
    const int widest = written_->fontMetrics().averageCharWidth() * longest_name;
    written_->setText(tr("Wrote %1").arg(written_->fontMetrics().elidedText(name, Qt::ElideMiddle, widest)));
    written_->setToolTip(tr("%1: a click opens the folder").arg(written_path_));
    written_->setAccessibleName(tr("Wrote %1; opens its folder").arg(name));
}

void ProgressStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && !written_path_.isEmpty()) name_written();
}

void ProgressStrip::start(const QString& activity) {
    running_ = true;
    seconds_left_ = -1;
    activity_->setText(activity);
    bar_->setRange(0, 0);
    bar_->show();
    stop_->setEnabled(true);
    clock_.start();
    tick_.start();
    show_times();
}

void ProgressStrip::set_progress(const Progress& progress) {
    if (!running_) return;
    seconds_left_ = progress.seconds_left;
    if (progress.total > 0) {
        const double share = double(std::clamp<std::int64_t>(progress.done, 0, progress.total)) / double(progress.total);
        bar_->setRange(0, bar_steps);
        bar_->setValue(int(share * bar_steps));
        bar_->setFormat(QStringLiteral("%1 %").arg(100 * share, 0, 'f', 1));
    }
    if (stop_->isEnabled()) {
        QString text = QString::fromStdString(progress.activity);
        if (progress.total > 0)
            text = tr("%1 of %2").arg(grouped(progress.done), grouped(progress.total)) +
                   (text.isEmpty() ? text : QStringLiteral(" · ") + text);
        activity_->setText(text);
    }
    show_times();
}

void ProgressStrip::set_stopping() {
    if (!running_) return;
    stop_->setEnabled(false);
    activity_->setText(tr("Stopping; what is done is kept…"));
}

void ProgressStrip::finish(const QString& text) {
    running_ = false;
    tick_.stop();
    activity_->setText(text);
    bar_->hide();
    times_->clear();
    stop_->setEnabled(false);
}

void ProgressStrip::show_times() {
    const QString elapsed = duration_text(double(clock_.elapsed()) / 1000);
    times_->setText(seconds_left_ < 0 ? elapsed : tr("%1 · %2 left").arg(elapsed, duration_text(seconds_left_)));
}

}  // namespace clipscope
