// A window with a fake engine whose user answers every dialog at once and remembers what was asked.
#pragma once

#include <QAction>
#include <QApplication>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <vector>

#include "controls/harden_panel.h"
#include "controls/sensitivity_panel.h"
#include "fake_engine.h"
#include "images_dialog.h"
#include "main_window.h"
#include "plots/accuracy_plot.h"
#include "tables/layer_table.h"

namespace clipscope {

// Keeps what the window remembers between its runs (settings, unnamed studies) in a folder, empty at first, in place of the user's own.
inline void remember_in(const QTemporaryDir& folder) {
    QApplication::setOrganizationName(QStringLiteral("ClipScope test"));
    QApplication::setApplicationName(QFileInfo(QApplication::applicationFilePath()).baseName());
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.filePath(QStringLiteral("settings")));
    QSettings().clear();
    qputenv("XDG_STATE_HOME", folder.filePath(QStringLiteral("state")).toLocal8Bit());
}

// The screens that the window is to fit: "screen" and "font_scale" of a test's data.
inline void add_screens() {
    QTest::addColumn<QSize>("screen");
    QTest::addColumn<double>("font_scale");
    QTest::addRow("1024 x 700") << QSize(1024, 700) << 1.0;
    QTest::addRow("1024 x 700, large font") << QSize(1024, 700) << 1.5;
    QTest::addRow("1280 x 800") << QSize(1280, 800) << 1.0;
    QTest::addRow("1440 x 900, large font") << QSize(1440, 900) << 1.5;
    QTest::addRow("1920 x 1080") << QSize(1920, 1080) << 1.0;
}

// The button of this text, whatever its Alt key; nullptr where there is none.
inline QPushButton* button(QWidget& parent, const QString& text) {
    for (QPushButton* candidate : parent.findChildren<QPushButton*>())
        if (QString(candidate->text()).remove(QLatin1Char('&')) == text) return candidate;
    return nullptr;
}

// The figure as it is exported: the same theme and size whatever the window looks like.
inline QImage picture(const PlotPanel& panel) {
    const QTemporaryDir folder;
    return QImage(panel.export_to(folder.filePath("figure.png"), FigureSize::single_column(), true));
}

// Of all curves together.
inline std::int64_t trials_in(const AccuracyView& view) {
    std::int64_t trials = 0;
    for (const AccuracySeries& series : view.series)
        for (const CurvePoint& point : series.points) trials += point.trials;
    return trials;
}

// A window whose user answers at once and remembers what was asked.
struct Desk {
    QStringList errors;
    int normalization_asked = 0;
    std::optional<Normalization> normalization;
    QString numbers_file;
    QString path;                // whatever other file or folder is asked for
    QStringList missing;         // sentences about models and images that were gone
    std::vector<QString> found;  // where they are now, the first answer first; none left: the user gives up
    QStringList damaged;         // sentences about damaged studies
    QStringList told;
    QStringList quit_asked;  // titles of the jobs that ran
    QuitAnswer quit_answer = QuitAnswer::stop;
    QStringList existing_files;  // that were asked about
    bool replaces = true;
    std::optional<QString> text;
    bool onnx_offered = false;  // for a hardened network
    QString proposed;           // in place of what was answered with `text`
    MainWindow window;

    explicit Desk(Engine engine = fake_engine()) : window(std::move(engine), dialogs()) {
        window.resize(1280, 800);
        window.show();
    }

    Dialogs dialogs() {
        Dialogs dialogs;
        dialogs.choose_model = [](QWidget*) { return QStringLiteral("chosen.pt"); };
        dialogs.choose_data = [](QWidget*) { return QStringLiteral("chosen"); };
        dialogs.choose_numbers = [this](QWidget*) { return numbers_file; };
        dialogs.choose_thresholds = dialogs.choose_thresholds_file = dialogs.choose_folder = dialogs.choose_table =
            dialogs.choose_exporter = dialogs.choose_lab = dialogs.choose_report = dialogs.choose_latex = dialogs.choose_study =
                dialogs.choose_study_file = [this](QWidget*) { return path; };
        dialogs.choose_hand_in = [this](QWidget*, const QString&) { return path; };
        dialogs.choose_hardened = [this](QWidget*, bool onnx) {
            onnx_offered = onnx;
            return path;
        };
        dialogs.ask_text = dialogs.ask_line = [this](QWidget*, const QString&, const QString& before) {
            proposed = before;
            return text;
        };
        dialogs.ask_images = [this](QWidget*, const Engine&, const ImagesQuestion& question) {
            ++normalization_asked;
            return normalization ? std::optional(ImagesChoice{*normalization, question.source.split, {}}) : std::nullopt;
        };
        dialogs.find_source = [this](QWidget*, const QString& sentence, bool) {
            missing << sentence;
            if (found.empty()) return QString();
            const QString answer = found.front();
            found.erase(found.begin());
            return answer;
        };
        dialogs.choose_recovered = [this](QWidget*, const QString& sentence, const QString&) {
            damaged << sentence;
            return path;
        };
        dialogs.may_replace = [this](QWidget*, const QStringList& existing) {
            existing_files << existing;
            return replaces;
        };
        dialogs.tell = [this](QWidget*, const QString&, const QString& text) { told << text; };
        dialogs.ask_architecture = [](QWidget*, const QString&) { return QString(); };
        dialogs.ask_quit = [this](QWidget*, const QString& running) {
            quit_asked << running;
            return quit_answer;
        };
        dialogs.show_error = [this](QWidget*, const QString& sentence) { errors << sentence; };
        return dialogs;
    }

    template <typename Widget>
    Widget& part() {
        auto* found = window.findChild<Widget*>();
        Q_ASSERT(found != nullptr);
        return *found;
    }
    AccuracyPlot& plot() { return part<AccuracyPlot>(); }
    LayerTable& table() { return part<LayerTable>(); }
    SensitivityPanel& panel() { return part<SensitivityPanel>(); }

    QAction* action(const QString& text) {
        for (QAction* action : window.findChildren<QAction*>()) {
            if (action->text() == text) return action;
        }
        return nullptr;
    }

    QString estimate() {
        for (const QLabel* label : panel().findChildren<QLabel*>()) {
            if (label->text().startsWith(QLatin1String("about"))) return label->text();
        }
        return {};
    }

    void set_form(int trials) {
        SensitivityForm form = panel().form();
        form.rates = QStringLiteral("0, 1e-6, 1e-5");
        form.trials = trials;
        panel().set_form(form);
    }

    void open_both() {
        window.open_model(QStringLiteral("some/fake.pt"));
        window.open_data(QStringLiteral("some/images"));
        QTRY_VERIFY_WITH_TIMEOUT(window.laboratory().is_ready(), 60'000);
    }

    void run_method(MethodJob job) {
        HardenForm form = part<HardenPanel>().form();
        form.job = job;
        part<HardenPanel>().set_form(form);
        emit part<HardenPanel>().run_requested();
        QTRY_VERIFY_WITH_TIMEOUT(!window.jobs().running(), 60'000);
    }

    void run(int trials) {
        set_form(trials);
        action(QStringLiteral("&Run"))->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!window.jobs().running(), 60'000);
    }
};

}  // namespace clipscope
