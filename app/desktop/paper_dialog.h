// The figures of the FT-ClipAct paper as the open study can draw them: each with what it shows, or the job that it lacks and a button that
// prepares it. GUI thread; the study is read on another.
#pragma once

#include <QDialog>
#include <QString>
#include <QTimer>
#include <deque>
#include <vector>

#include "background_task.h"
#include "files/file_to_write.h"
#include "paper_figures.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace clipscope {

class PaperDialog : public QDialog {
    Q_OBJECT

public:
    // `study_file`: empty where there is none yet.
    explicit PaperDialog(const QString& study_file, QWidget* parent = nullptr);

    void set_may_replace(const MayReplace& may_replace) { may_replace_ = may_replace; }
    const std::vector<PaperFigure>& figures() const { return figures_; }
    // A figure a turn of the event loop.
    void export_into(const QString& folder);

signals:
    void job_wanted(clipscope::JobKind kind);
    void written(const QString& folder);
    void failed(const QString& text);

private:
    void read(const QString& study_file);
    void show_figures(std::vector<PaperFigure> figures);
    void choose_folder();
    void write_next();

    BackgroundTask reading_;
    MayReplace may_replace_;
    std::vector<PaperFigure> figures_;
    std::deque<std::pair<FigurePage, QString>> waiting_;  // page and path
    QTimer turn_;
    QString folder_;
    FigureStyle style_;
    QLabel* words_;
    QGridLayout* rows_;
    QComboBox* format_;
    QComboBox* style_choice_;
    QPushButton* export_;
};

}  // namespace clipscope
