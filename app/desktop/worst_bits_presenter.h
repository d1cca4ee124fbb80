// Looks for the worst bits, as the form of the method's jobs says, and for a curve of the study that shows as many faults drawn at random.
// GUI thread; owns none of the widgets; reads the study on a thread of its own.
#pragma once

#include "background_task.h"
#include "campaign/accuracy_curves.h"
#include "results/worst_bits_output.h"
#include "search_presenter.h"
#include "study/study.h"

namespace clipscope {

class HardenPanel;
class ResultPresenter;
class StudyDesk;
class WorstBitsPane;

// The latest of these jobs' curves over numbers of faults in the same scope of the same network on as many images, stored and answered
// alike, unprotected; empty where there is none. Reads the study: not on the GUI thread.
std::vector<CurvePoint> random_faults_curve(const Study& study, const std::vector<JobRecord>& jobs, const WorstBitsOrigin& origin);

class WorstBitsPresenter : public SearchPresenter {
    Q_OBJECT

public:
    WorstBitsPresenter(Laboratory& laboratory, ResultPresenter& results, StudyDesk& desk, const HardenPanel& form, WorstBitsPane& pane,
                       QObject* parent = nullptr);

private:
    Search asked() override;
    void look_for_random();

    ResultPresenter& results_;
    StudyDesk& desk_;
    const HardenPanel& form_;
    WorstBitsPane& pane_;
    BackgroundTask random_task_;
};

}  // namespace clipscope
