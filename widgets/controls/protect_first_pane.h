// What to protect first: the picture, its table, the answer in words, how far the search is, and the way from some of its steps to a duel,
// which shows their whole curve. GUI thread.
#pragma once

#include <QString>

#include "campaign/protect_first.h"
#include "controls/picture_and_table.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace clipscope {

class ProtectFirstPlot;
class ProtectFirstTable;

class ProtectFirstPane : public PictureAndTable {
    Q_OBJECT
public:
    explicit ProtectFirstPane(QWidget* parent = nullptr);

    // `title`: what was measured. Chooses the steps that the answer in words is about.
    void set_result(const ProtectFirst& found, const QString& title);
    void clear();
    const ProtectFirst& result() const;

    // A search runs: its row with progress and Stop is in sight until finish(). What was found before stays.
    void start(const QString& what);
    void set_progress(double fraction, const QString& times);
    void finish();

    // Up to which step a duel would go: 0: none.
    int chosen_step() const { return chosen_; }
    void choose_step(int step);

    ProtectFirstPlot& plot() const { return *plot_; }
    ProtectFirstTable& table() const { return *table_; }

Q_SIGNALS:
    void stop_requested();
    void duel_requested(const QString& protections);  // as the form of a duel takes them

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    ProtectFirstPane(ProtectFirstPlot* plot, ProtectFirstTable* table, QWidget* parent);
    QWidget* build_progress();
    QWidget* build_foot();
    void show_choice();
    void show_empty_text();

    ProtectFirstPlot* plot_;
    ProtectFirstTable* table_;
    QWidget* progress_row_ = nullptr;
    QLabel* what_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QLabel* times_ = nullptr;
    QWidget* foot_ = nullptr;
    QLabel* kept_ = nullptr;
    QPushButton* duel_ = nullptr;
    int chosen_ = 0;
};

}  // namespace clipscope
