// Shows the way to results: brings the panel that a job fills to the front for those who have just asked for it, and marks its tab and its
// page where results came unseen; empty plots of the method say what will fill them, with a button for the way there, or to the site that
// has something to see. GUI thread.
#pragma once

#include <QObject>
#include <map>
#include <optional>

#include "controls/harden_panel.h"
#include "study/job_settings.h"
#include "window_panels.h"

namespace clipscope {

class JobPresenter;
class Laboratory;
class ResultPresenter;
class WindowPages;

class PanelHints : public QObject {
    Q_OBJECT

public:
    PanelHints(Laboratory& laboratory, const ResultPresenter& results, const JobPresenter& jobs, const WindowPanels& panels,
               WindowPages& pages, QObject* parent = nullptr);

    // That the job fills; nullptr where its results come to the centre, which is always there.
    PanelDock* dock_of(const JobSettings& settings) const;

signals:
    void hardening_wanted();
    void form_wanted(clipscope::MethodJob job);  // of this job

private:
    struct Hint {
        QString text;
        QString button;
        QString site;  // that the button shows; empty: it starts a hardening
    };

    void set_running(std::optional<JobKind> kind);
    void refresh();
    Hint hint_for(bool is_of_search, const QString& otherwise) const;
    void show(PlotPanel& panel, const Hint& hint);
    void act(const PlotPanel* panel);
    QString site_with_results(bool is_of_search) const;

    Laboratory& laboratory_;
    const ResultPresenter& results_;
    const WindowPanels panels_;
    WindowPages& pages_;
    std::optional<JobKind> running_;
    std::map<const PlotPanel*, Hint> shown_;
};

}  // namespace clipscope
