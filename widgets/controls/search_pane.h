// The panel of a search that runs beside the study's jobs: its picture, its table, the answer in words, and while it runs how far it is,
// with Stop. GUI thread.
#pragma once

#include <QString>
#include <initializer_list>

#include "controls/picture_and_table.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace clipscope {

class PlotPanel;

class SearchPane : public PictureAndTable {
    Q_OBJECT
public:
    // A search runs: its row with progress and Stop is in sight until finish(). What was found before stays.
    void start(const QString& what);
    // Of a search in rounds: what this one is about.
    void set_activity(const QString& activity);
    void set_progress(double fraction, const QString& times);
    void finish();

Q_SIGNALS:
    void stop_requested();

protected:
    struct Words {
        QString progress_name;  // for screen readers
        QString bar_tip;        // %1: what is searched for
        QString times_tip;      // of what the time is left
        QString empty;          // what will fill the picture,
        QString empty_button;   // and the way there
        QString kept_tip;       // what becomes of the result
    };
    // Takes picture and table.
    SearchPane(PlotPanel* picture, QWidget* table, Columns columns, const Words& words, QWidget* parent);

    // Below: that nothing of it is kept, and these; seen where there are results.
    void add_foot(std::initializer_list<QWidget*> controls);
    void show_foot(bool is_shown);

    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* build_progress();
    void show_empty_text();

    PlotPanel* picture_;
    const Words words_;
    QWidget* progress_row_ = nullptr;
    QLabel* what_ = nullptr;
    QString title_;  // what is searched for
    QProgressBar* bar_ = nullptr;
    QLabel* times_ = nullptr;
    QWidget* foot_ = nullptr;
    QLabel* kept_ = nullptr;
};

}  // namespace clipscope
