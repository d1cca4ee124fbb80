// The form for the jobs of the method: profile, sweep, harden, compare, duel, what to protect first, the worst bits. Shows the fields that
// the chosen job needs. What makes a form valid is a callable, so that window and command line share core's own parsers; it itself knows
// only the rules of Algorithm 1's settings. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <array>
#include <cstdint>
#include <functional>

#include "clipping/auc.h"
#include "clipping/threshold_search.h"
#include "controls/job_fields.h"
#include "controls/job_panel.h"
#include "controls/protect_first_fields.h"
#include "controls/worst_bits_fields.h"
#include "evaluation/outcome.h"
#include "network/memory_model.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QMenu;

namespace clipscope {

class NumberField;

enum class MethodJob { profile, sweep, harden, compare, duel, protect_first, worst_bits };
inline constexpr std::array all_method_jobs{MethodJob::profile, MethodJob::sweep,         MethodJob::harden,    MethodJob::compare,
                                            MethodJob::duel,    MethodJob::protect_first, MethodJob::worst_bits};

// A search is no job of a study: what it finds is shown, and kept nowhere.
constexpr bool is_search(MethodJob job) {
    return job == MethodJob::protect_first || job == MethodJob::worst_bits;
}

// Where faults are while a site's threshold is evaluated or its faulty activations are counted.
enum class SearchScope {
    feeding,    // in the layers that feed the site
    everywhere  // in the whole network
};

// Everything in the form, as text and numbers.
struct HardenForm {
    MethodJob job = MethodJob::harden;
    QString site;                                   // "ACT-4": of the sweep, or the one that a profile's faults reach first
    QString grid = QStringLiteral("0:1.5:16");      // of the sweep: from:to:count, in units of ACT_max
    QString bound_kind = QStringLiteral("clip");    // of a sweep and a hardening: whose threshold is varied
    QString tuning_images = QStringLiteral("200");  // "200", "first:200", "all"
    QString images = QStringLiteral("1000");        // for evaluation
    QString rates = QStringLiteral("auto");         // "auto", "paper", a list, or from:to:count
    QString protections = QStringLiteral("none, clip, range, guard, sec-ded-39-32, guard+clip");  // of a duel
    ProtectFirstForm first{};                                                                     // of what to protect first
    WorstBitsForm worst{};                                                                        // of the worst bits
    Until until = Until::trials;                    // of a comparison
    int trials = 10;
    double half_width = 1;  // of the interval of a difference, in points
    SearchAlgorithm algorithm = SearchAlgorithm::corrected;
    int n = 5;
    int m = 3;
    double delta = 0.005;
    SearchScope scope = SearchScope::feeding;
    bool greedy = false;
    AucAxis auc_axis = AucAxis::linear;
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    QString format = QStringLiteral("float32");
    ParameterSelection parameters = ParameterSelection::all;
    FaultKind fault_kind = FaultKind::flip;
    QString pattern = QStringLiteral("bit");  // "burst-2", "column-8", "word"
    QString bits = QStringLiteral("all");  // a field, or positions as in "0,30,31"
    int threads = 1;                       // workers
    QString device = QStringLiteral("cpu");

    friend bool operator==(const HardenForm&, const HardenForm&) = default;
};

class HardenPanel : public JobPanel {
    Q_OBJECT
public:
    // Empty: the form is valid; otherwise one sentence that says what to change.
    using Validator = std::function<QString(const HardenForm&)>;

    explicit HardenPanel(QWidget* parent = nullptr);

    HardenForm form() const;
    void set_form(const HardenForm& form);

    void set_validator(Validator validator);
    // The network's sites, to choose from; keeps the chosen one where it is among them.
    void set_sites(const QStringList& names);
    // Its layers, to look for the worst bits in.
    void set_layers(const QStringList& names);

public Q_SLOTS:
    // Ignored where there is no such site. The same selection as everywhere in the window.
    void select_site(const QString& name);

protected:
    QString problem() const override;

private:
    void set_up_choices();
    void set_up_protections();
    void set_up_search();
    void lay_out();
    void connect_fields();
    void show_fields_of_job();
    void fill_protections_menu();
    void toggle_protection(const QString& id, bool on);

    QComboBox* job_;
    QComboBox* site_;
    QComboBox* bound_kind_;
    QLineEdit* grid_;
    QComboBox* tuning_images_;
    QLineEdit* protections_;
    QMenu* protections_menu_;
    QWidget* protections_row_;  // the line and the button of the menu
    QComboBox* algorithm_;
    NumberField* n_;
    NumberField* m_;
    NumberField* delta_;
    QComboBox* scope_;
    QCheckBox* greedy_;
    QComboBox* auc_axis_;
    ProtectFirstFields* first_;
    WorstBitsFields* worst_;
    QWidget* search_row_;  // N, M and delta side by side
    Validator validator_;
};

}  // namespace clipscope
