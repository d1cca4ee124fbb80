// How many images of each class got which answer, as a map of colours with the counts in it where there is room; the last column are
// answers that are not finite. A click on a cell chooses it, and once more takes the choice back. GUI thread.
#pragma once

#include <QWidget>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/image_answers.h"

namespace clipscope {

class ConfusionMatrix : public QWidget {
    Q_OBJECT
public:
    explicit ConfusionMatrix(const QString& title, QWidget* parent = nullptr);

    void set_counts(const ConfusionCounts& counts, const std::vector<std::string>& class_names);
    const ConfusionCounts& counts() const { return counts_; }
    using Cell = std::pair<std::int32_t, std::int32_t>;  // what it is, what it is taken for
    void choose(std::optional<Cell> cell);               // without cell_chosen()
    QRect cell(std::int32_t label, std::int32_t answer) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cell_chosen(int label, int answer);  // by the user; -1, -1: none

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::optional<Cell> cell_at(const QPoint& point) const;
    QString describe(const Cell& cell) const;
    double side() const;  // of a cell
    QPoint corner() const;
    void toggle(const Cell& cell);
    void draw_cell(QPainter& painter, const Cell& cell, std::int32_t most) const;

    const QString title_;
    ConfusionCounts counts_;
    std::vector<std::string> class_names_;
    std::optional<Cell> chosen_;
    Cell current_{0, 0};  // that the keys have reached
};

}  // namespace clipscope
