// The form for a sensitivity job. It knows no rule itself: what makes a form valid is a callable, so that window and command line share
// core's own parsers. GUI thread.
#pragma once

#include <QMap>
#include <QString>
#include <cstdint>
#include <functional>
#include <vector>

#include "controls/job_fields.h"
#include "controls/job_panel.h"
#include "evaluation/outcome.h"
#include "network/memory_model.h"

class QComboBox;
class QLineEdit;

namespace clipscope {

// What accuracy is measured against.
enum class SensitivityJob {
    fault_rates,
    bit_positions,  // exactly one faulty bit, position by position
    fault_counts,   // so many faults in every trial
    offered         // something else that was offered to the form
};

// A measurement beyond those that the form itself knows.
struct OfferedMeasurement {
    struct Setting {
        QString name;
        QString usual;
        QString label;
        QString tip;
    };
    QString id;
    QString against;  // "bad rows"
    QString tip;
    bool counts = false;        // numbers in place of fault rates
    bool is_by_trials = false;  // it has no precision
    std::vector<Setting> settings{};
};

// Everything in the form, as text and numbers.
struct SensitivityForm {
    SensitivityJob job = SensitivityJob::fault_rates;
    QString offered{};                                // its id, where the job is one
    QMap<QString, QString> own{};                     // settings of the offered measurement, by name
    QString layers = QStringLiteral("network,each");  // scopes, each a curve; "each": the layers checked in the table
    QString rates = QStringLiteral("1e-7:1e-4:7");    // "paper", "auto", a list, or from:to:count
    QString fault_counts = QStringLiteral("1, 2, 4, 8, 16");
    Until until = Until::trials;
    int trials = 50;
    double half_width = 1;                    // of the interval of a mean, in points
    QString images = QStringLiteral("1000");  // "200", "first:200", "all"
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    QString format = QStringLiteral("float32");  // or several: "float32, int8, Q3.12"
    ParameterSelection parameters = ParameterSelection::all;
    FaultKind fault_kind = FaultKind::flip;
    QString pattern = QStringLiteral("bit");  // "burst-2", "column-8", "word"
    QString bits = QStringLiteral("all");  // a field, or positions as in "0,30,31"
    int threads = 1;                       // workers
    QString device = QStringLiteral("cpu");

    friend bool operator==(const SensitivityForm&, const SensitivityForm&) = default;
};

class SensitivityPanel : public JobPanel {
    Q_OBJECT
public:
    // Empty: the form is valid; otherwise one sentence that says what to change.
    using Validator = std::function<QString(const SensitivityForm&)>;

    explicit SensitivityPanel(QWidget* parent = nullptr);

    SensitivityForm form() const;
    void set_form(const SensitivityForm& form);

    void set_validator(Validator validator);
    // Once: choices beside those of the form, each with the fields of its own settings.
    void set_offered(const std::vector<OfferedMeasurement>& offered);

protected:
    QString problem() const override;

private:
    void set_up_job();
    void set_up_layers();
    QString scopes() const;
    void set_scopes(const QString& scopes);
    void lay_out();
    void show_fields_of_job();
    const OfferedMeasurement* chosen_offer() const;
    void choose_job(const SensitivityForm& form);

    QComboBox* job_;
    QComboBox* layers_;
    QLineEdit* fault_counts_;
    Validator validator_;
    std::vector<OfferedMeasurement> offered_;
    QMap<QString, QMap<QString, QLineEdit*>> own_;  // by offered measurement and setting
};

}  // namespace clipscope
