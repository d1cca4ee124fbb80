// Takes the presenter's results away as files: figures one a turn of the event loop, texts on another thread, so that the window goes on.
// GUI thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>

#include "background_task.h"
#include "files/file_to_write.h"
#include "render.h"

namespace clipscope {

class ResultPresenter;

class ResultExporter : public QObject {
    Q_OBJECT

public:
    // `may_replace` is asked before files that are there are written over by an export of everything; for single files whoever chooses them
    // has asked. `study_path`: of the study whose every job is part of everything; empty where there is none.
    ResultExporter(const ResultPresenter& results, MayReplace may_replace, std::function<QString()> study_path, QObject* parent = nullptr);

    // Further figures that are part of everything: what panels show whose results stand in no study.
    using FurtherFigures = std::function<std::vector<ExportTask>(const QString& folder, const FigureRequest& request)>;
    void set_further_figures(FurtherFigures figures) { further_figures_ = std::move(figures); }
    // Of all figures from now on.
    void set_figure_style(const FigureStyle& style);
    // The accuracy curves: JSON where the path ends so, otherwise CSV.
    void export_numbers(const QString& path);
    // All figures, tables and results as JSON of what is in sight, and of each job of the study in a folder of its own, into a folder that
    // is there, with an index page. The study is read on another thread first.
    void export_everything(const QString& folder);
    // The thresholds: a C header where the path ends in .h, otherwise JSON.
    void save_thresholds(const QString& path);
    // The Python file that saves networks so that ClipScope opens them.
    void save_python_exporter(const QString& path);

signals:
    void written(const QString& path);
    void told(const QString& text);  // "Wrote points.csv"
    void failed(const QString& text);

private:
    void write(const QString& path, const std::function<std::string()>& text);  // which may throw Error
    void collect(const QString& folder);
    void begin(const QString& folder, const std::shared_ptr<const ReportContents>& study);  // null: no study
    void write_next();
    void write_text(const ExportTask& task);
    void give_up(const QString& why);

    const ResultPresenter& results_;
    const MayReplace may_replace_;
    FigureRequest request_;
    const std::function<QString()> study_path_;
    FurtherFigures further_figures_ = [](const QString&, const FigureRequest&) { return std::vector<ExportTask>(); };
    std::deque<ExportTask> tasks_;
    QTimer turn_;
    int written_ = 0;
    QString folder_;
    BackgroundTask reading_;  // the study, then the texts one by one
};

}  // namespace clipscope
