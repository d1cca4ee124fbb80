// The panel of labs: a list to choose from, then the chosen lab step by step: its text, a prediction, what to do, what was measured, a
// question. Knows nothing of studies. GUI thread.
#pragma once

#include <QStackedWidget>
#include <QString>
#include <QStringList>
#include <vector>

#include "controls/question_box.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QScrollArea;

namespace clipscope {

struct LabChoice {
    QString title;
    QString about;
    int minutes = 0;
};

struct LabView {
    QString title;    // of the lab
    QString student;  // "Anna · seed 1234"
    QStringList steps;
    std::vector<bool> complete;  // by step
    int step = 0;
    QString text{};  // Markdown
    bool has_prediction = false;
    QuestionView prediction{};
    QString action{};  // on the button; empty: there is nothing to do
    QString action_tip{};
    bool is_action_free = true;
    QString state{};  // what is done, or what is missing
    bool is_done = false;
    QString measured{};  // beside what was predicted; Markdown
    bool has_question = false;
    QuestionView question{};
};

class LabPane : public QStackedWidget {
    Q_OBJECT
public:
    explicit LabPane(QWidget* parent = nullptr);

    void set_choices(const std::vector<LabChoice>& labs);
    void choose(int lab);
    void set_student(const QString& name);
    // Back to the list.
    void show_choices();
    void set_view(const LabView& view);
    bool shows_lab() const { return currentIndex() == 1; }
    // Something is typed in this step and was not given.
    bool has_draft() const;
    const LabView& view() const { return view_; }

Q_SIGNALS:
    void begin_requested(int lab, const QString& student);
    void open_requested();
    void step_chosen(int step);
    void predicted(const QString& reply);
    void action_requested();
    void answered(const QString& reply);
    void hand_in_requested();
    void leave_requested();

private:
    QWidget* build_choices();
    QWidget* build_lab();
    QWidget* build_step();
    QWidget* build_foot();
    void begin();
    void follow_choice();
    void show_steps();
    void order_tabs();

    LabView view_;
    std::vector<LabChoice> labs_;
    QListWidget* list_ = nullptr;
    QLabel* about_ = nullptr;
    QLineEdit* student_ = nullptr;
    QPushButton* begin_ = nullptr;

    QLabel* title_ = nullptr;
    QComboBox* steps_ = nullptr;
    QPushButton* previous_ = nullptr;
    QPushButton* next_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QScrollArea* scroll_ = nullptr;
    QLabel* text_ = nullptr;
    QuestionBox* prediction_ = nullptr;
    QPushButton* action_ = nullptr;
    QLabel* state_ = nullptr;
    QLabel* measured_ = nullptr;
    QuestionBox* question_ = nullptr;
    QPushButton* hand_in_ = nullptr;
    QPushButton* leave_ = nullptr;
};

}  // namespace clipscope
