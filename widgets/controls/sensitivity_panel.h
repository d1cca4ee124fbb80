// The form for a sensitivity job. It knows no rule itself: what makes a form valid is a callable, so that window and command line share
// core's own parsers. GUI thread.
#pragma once

#include <QString>
#include <cstdint>
#include <functional>

#include "controls/job_panel.h"
#include "evaluation/outcome.h"

class QComboBox;

namespace clipscope {

enum class LayersChoice {
    each,     // a curve per layer
    network,  // one curve, faults anywhere
    both,     // each layer and the network
    checked   // a curve per layer checked in the table
};

// Everything in the form, as text and numbers.
struct SensitivityForm {
    LayersChoice layers = LayersChoice::both;
    QString rates = QStringLiteral("1e-7:1e-4:7");  // "paper", "auto", a list, or from:to:count
    int trials = 50;
    QString images = QStringLiteral("1000");  // "200", "first:200", "all"
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 1;  // workers
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

protected:
    QString problem() const override;

private:
    void set_up_layers();
    void lay_out();

    QComboBox* layers_;
    Validator validator_;
};

}  // namespace clipscope
