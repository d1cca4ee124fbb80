// File ▸ Report…: what goes into a report of the study, and its making by the program itself in a process of its own, so that the window
// goes on and the document is the one that the command line makes. GUI thread.
#pragma once

#include <QDialog>
#include <QProcess>
#include <functional>
#include <memory>
#include <vector>

#include "report/report_options.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTemporaryFile;

namespace clipscope {

class ReportWindow : public QDialog {
    Q_OBJECT

public:
    // `choose_file`: where to, .html or .pdf; empty where the user changed their mind.
    ReportWindow(std::function<QString(QWidget*)> choose_file, QWidget* parent = nullptr);
    ~ReportWindow() override;

    void set_study(const QString& path, const QString& title);
    bool is_busy() const { return process_.state() != QProcess::NotRunning; }

    // What the fields say.
    ReportOptions options() const;
    // Makes it there.
    void make(const QString& path);

signals:
    void written(const QString& path);
    void failed(const QString& sentence);

public slots:
    void reject() override;  // ends what is being made

private:
    void build();
    QWidget* build_sections();
    void show_state();
    void finish(int status, bool crashed);
    QStringList arguments(const QString& path);

    const std::function<QString(QWidget*)> choose_file_;
    QString study_;
    QString path_;
    QProcess process_;
    bool is_stopped_ = false;
    std::unique_ptr<QTemporaryFile> words_;
    QLineEdit* title_ = nullptr;
    QPlainTextEdit* text_ = nullptr;
    std::vector<QCheckBox*> sections_;  // in the order of all_report_sections
    QLabel* about_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QPushButton* make_ = nullptr;
    QPushButton* close_ = nullptr;
};

}  // namespace clipscope
