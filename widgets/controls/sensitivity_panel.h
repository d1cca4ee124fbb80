// The form for a sensitivity job. It knows no rule itself: what makes a form valid is a callable, so that window and command line share
// core's own parsers. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <functional>
#include <memory>

#include "evaluation/outcome.h"

class QToolButton;

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

class SensitivityPanel : public QWidget {
    Q_OBJECT
public:
    // Empty: the form is valid; otherwise one sentence that says what to change.
    using Validator = std::function<QString(const SensitivityForm&)>;

    explicit SensitivityPanel(QWidget* parent = nullptr);
    ~SensitivityPanel() override;

    SensitivityForm form() const;
    void set_form(const SensitivityForm& form);

    void set_validator(Validator validator);
    void set_devices(const QStringList& devices);
    void set_max_threads(int threads);
    void set_estimate(const QString& text);  // "about 0:41"; empty: nothing to say
    void set_running(bool running);          // Run gives way to Stop, the fields are locked
    void set_ready(bool ready);              // a network and data are loaded; otherwise Run stays off and says why

    bool is_valid() const;
    QString message() const;  // what the red line says

public Q_SLOTS:
    void validate();  // again, when something outside the form changed

Q_SIGNALS:
    void form_changed();
    void run_requested();
    void stop_requested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void set_up_choices();
    void set_up_numbers();
    QToolButton* make_presets();
    void lay_out();
    void connect_fields();
    void show_message_color();

    class Private;
    std::unique_ptr<Private> d_;
};

}  // namespace clipscope
