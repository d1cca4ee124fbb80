#include "figures/figure_preview.h"

#include <qcustomplot.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

namespace clipscope {

namespace {

constexpr int pause_ms = 120;
constexpr double fit = 0;

}  // namespace

FigurePreview::FigurePreview(const Figure& figure, QWidget* parent) : QWidget(parent), figure_(figure) {
    page_ = new QLabel;
    page_->setAlignment(Qt::AlignCenter);
    page_->setObjectName(QStringLiteral("page"));
    page_->setAccessibleName(tr("The figure as it will be printed"));
    area_ = new QScrollArea;
    area_->setWidget(page_);
    area_->setWidgetResizable(true);
    area_->setBackgroundRole(QPalette::Mid);
    area_->setMinimumSize(220, 200);
    zoom_ = new QComboBox;
    zoom_->addItem(tr("Fit"), fit);
    for (const double zoom : {0.5, 1.0, 1.5, 2.0, 3.0, 4.0})
        zoom_->addItem(zoom == 1.0 ? tr("100 %, true size") : tr("%1 %").arg(100 * zoom), zoom);
    zoom_->setAccessibleName(tr("Zoom"));
    zoom_->setToolTip(tr("How large the page is shown; at 100 % it is as large as it will be on paper"));
    size_ = new QLabel;
    size_->setObjectName(QStringLiteral("size"));
    size_->setMinimumWidth(1);
    auto* below = new QHBoxLayout;
    below->addWidget(size_, 1);
    below->addWidget(zoom_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(area_, 1);
    layout->addLayout(below);
    timer_.setSingleShot(true);
    timer_.setInterval(pause_ms);
    connect(&timer_, &QTimer::timeout, this, &FigurePreview::draw);
    connect(zoom_, &QComboBox::activated, this, &FigurePreview::show_picture);
}

void FigurePreview::set_style(const FigureStyle& style) {
    style_ = style;
    timer_.start();
}

void FigurePreview::draw() {
    plot_ = fitted_plot(figure_, style_);
    ++drawn_;
    const FigureSize size = size_of(figure_, style_);
    const int drawn_font = plot_->xAxis->tickLabelFont().pixelSize();
    QString text = tr("%1 × %2 mm").arg(size.width_mm).arg(size.height_mm);
    if (drawn_font < std::lround(size.font_pt)) text += tr(", letters %1 pt, so that all fit").arg(drawn_font);
    size_->setText(text);
    size_->setToolTip(text);
    show_picture();
}

double FigurePreview::dots_per_point() const {
    constexpr double points_per_inch = 72, least_dpi = 40, most_dpi = 400, usual_dpi = 96;
    const double zoom = zoom_->currentData().toDouble();
    if (zoom == fit) {
        const QSize room = area_->viewport()->size() - QSize(16, 16);
        const QSize page = plot_->viewport().size();
        return std::clamp(std::min(double(room.width()) / page.width(), double(room.height()) / page.height()), 0.2, 8.0);
    }
    const double dpi = screen() ? screen()->physicalDotsPerInch() : usual_dpi;
    return zoom * (dpi > least_dpi && dpi < most_dpi ? dpi : usual_dpi) / points_per_inch;
}

void FigurePreview::show_picture() {
    if (!plot_) return;
    const QSize page = plot_->viewport().size();
    const double ratio = devicePixelRatioF();
    QPixmap picture = plot_->toPixmap(page.width(), page.height(), dots_per_point() * ratio);
    picture.setDevicePixelRatio(ratio);
    page_->setPixmap(picture);
}

void FigurePreview::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (zoom_->currentData().toDouble() == fit) show_picture();
}

}  // namespace clipscope
