// A figure on its page, as it will be printed, at its true size or larger. Drawn a moment after the last change, so that typing never
// waits. GUI thread.
#pragma once

#include <QTimer>
#include <QWidget>
#include <memory>

#include "figures/figure.h"

class QComboBox;
class QLabel;
class QScrollArea;

namespace clipscope {

class FigurePreview : public QWidget {
    Q_OBJECT
public:
    explicit FigurePreview(const Figure& figure, QWidget* parent = nullptr);

    // Of a style that is in range.
    void set_style(const FigureStyle& style);
    bool is_up_to_date() const { return !timer_.isActive(); }
    int drawn() const { return drawn_; }  // pictures so far

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void draw();
    void show_picture();
    double dots_per_point() const;

    Figure figure_;
    FigureStyle style_;
    QTimer timer_;
    std::unique_ptr<QCustomPlot> plot_;
    QLabel* page_;
    QLabel* size_;
    QScrollArea* area_;
    QComboBox* zoom_;
    int drawn_ = 0;
};

}  // namespace clipscope
