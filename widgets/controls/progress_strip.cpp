#include "controls/progress_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>

#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {

namespace {

constexpr int bar_steps = 1000;  // tenths of a percent

}  // namespace

ProgressStrip::ProgressStrip(QWidget* parent)
    : QWidget(parent), activity_(new QLabel), bar_(new QProgressBar), times_(new QLabel), stop_(new QPushButton(tr("S&top"))) {
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
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(10);
    layout->addWidget(activity_, 3);
    layout->addWidget(bar_, 2);
    layout->addWidget(times_);
    layout->addWidget(stop_);
    tick_.setInterval(1000);
    connect(&tick_, &QTimer::timeout, this, &ProgressStrip::show_times);
    connect(stop_, &QPushButton::clicked, this, &ProgressStrip::stop_requested);
    bar_->hide();
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
