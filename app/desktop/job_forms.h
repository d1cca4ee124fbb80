// The two forms and the layers checked in the table, taken to the settings of jobs and back. GUI thread; owns none of the widgets.
#pragma once

#include <QObject>
#include <optional>
#include <vector>

#include "sensitivity_request.h"
#include "study/job_settings.h"

namespace clipscope {

class HardenPanel;
class Laboratory;
class LayerTable;
class ResultPresenter;
class SensitivityPanel;

class JobForms : public QObject {
    Q_OBJECT

public:
    JobForms(Laboratory& laboratory, const ResultPresenter& results, SensitivityPanel& sensitivity, HardenPanel& method, LayerTable& layers,
             QObject* parent = nullptr);

    static bool is_of_sensitivity(JobKind kind);
    // Whether a form can say all of it: not a list of faults, nor the search of one site, nor a comparison under so many.
    static bool has_form(const JobSettings& settings);

    // All but model and images; throw UsageError.
    std::vector<JobSettings> asked_of_sensitivity() const;
    // None where the form asks for what is no job of a study.
    std::vector<JobSettings> asked_of_method() const;
    // The search for the threshold of one site, as the form has the method's other settings.
    std::vector<JobSettings> asked_search_of(const QString& site) const;
    int threads_for(JobKind kind) const;

    // The layers of a model that is not open yet are checked when it comes.
    void fill(const JobSettings& settings);
    void set_running(bool running);
    // What a job still lacks, and the model's sites and layers.
    void show_missing();
    void show_model();

private:
    CheckedLayers checked_layers() const;
    void check(const CheckedLayers& layers);

    Laboratory& laboratory_;
    const ResultPresenter& results_;
    SensitivityPanel& sensitivity_;
    HardenPanel& method_;
    LayerTable& layers_;
    bool is_running_ = false;
    std::optional<CheckedLayers> to_check_;  // when the model has come
};

}  // namespace clipscope
