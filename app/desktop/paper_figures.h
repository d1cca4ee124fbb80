// The figures of the FT-ClipAct paper (README, "Method") from a study's jobs, arranged as the paper arranges them. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "campaign/campaign_summary.h"
#include "campaign/tuning_result.h"
#include "figure_request.h"
#include "figures/figure_page.h"
#include "study/job_settings.h"

namespace clipscope {

// What a study's jobs found.
struct StudyResults {
    std::vector<CampaignSummary> campaigns;
    std::vector<TuningResult> tunings;
};
// Throws Error.
StudyResults read_results(const QString& study_file);

struct PaperFigure {
    QString number;                      // "7", as the paper counts
    QString about;                       // "Accuracy with and without clipping"
    FigurePage page;                     // without panels where something is missing
    QString missing;                     // one sentence: which job makes it; of a figure with some of its panels, of the others
    JobKind job = JobKind::sensitivity;  // that job's

    bool is_ready() const { return !page.panels.empty(); }
};

// 1b, 3, 5, 6 and 7 (8 where the network is a VGG), in this order. Of several jobs of a kind the last one that has what is asked for.
std::vector<PaperFigure> paper_figures(const StudyResults& results);

// Writes those that are ready, "figure-7.pdf", as the request wants them; `missing` gets a sentence for each of the others. Returns the
// files. Throws Error, and where none is ready says what to do.
QStringList render_paper(const QString& study_file, const QString& folder, const FigureRequest& request, QStringList& missing);

}  // namespace clipscope
