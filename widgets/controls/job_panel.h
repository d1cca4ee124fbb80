// What the forms for jobs share: fields that scroll where there is little room, a red line that says what to change, what is still missing
// with a button that helps, the estimate, Run and Stop. While a job runs the form stays open, and Run adds to the queue. A panel for
// certain jobs derives from it and adds its fields. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <memory>

class QFormLayout;

namespace clipscope {

class JobFields;

class JobPanel : public QWidget {
    Q_OBJECT
public:
    ~JobPanel() override;

    void set_devices(const QStringList& devices);
    void set_max_threads(int threads);
    void set_estimate(const QString& text);  // "about 0:41"; empty: nothing to say
    void set_running(bool running);          // Run becomes "Add to queue", and Stop is there
    // What a job still lacks, as a sentence, and the text of a button that helps; empty: nothing, and Run is on.
    void set_missing(const QString& sentence, const QString& help = {});
    // To the button that helps, or where nothing is missing, to Run.
    void focus_next_step();

    bool is_valid() const;
    QString message() const;  // what the red line says

public Q_SLOTS:
    void validate();  // again, when something outside the form changed

Q_SIGNALS:
    void form_changed();
    void run_requested();
    void stop_requested();
    void help_requested();  // with what is missing

protected:
    // `with_several_formats`: formats can be ticked side by side. `run_tip` says what Run does.
    JobPanel(bool with_several_formats, const QString& run_tip, QWidget* parent);

    JobFields& fields() const;
    QFormLayout& form_layout() const;
    void set_run_tip(const QString& tip);

    // A field of the form changed: validates and tells, but not while fill() runs.
    void field_changed();
    // Sets fields, then validates and tells once.
    template <typename Function>
    void fill(Function function) {
        begin_filling();
        function();
        end_filling();
    }

    // What is wrong with the form as a whole; empty: nothing.
    virtual QString problem() const = 0;

    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void begin_filling();
    void end_filling();
    void lay_out();
    void build_foot();
    void fit_width();
    void show_message_color();

    class Private;
    std::unique_ptr<Private> d_;
};

}  // namespace clipscope
