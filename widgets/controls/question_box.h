// A question of a lab with its answer: a choice, a number with its unit, or a text; a button that notes it, and what came of it. GUI
// thread.
#pragma once

#include <QGroupBox>
#include <QStringList>
#include <optional>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;

namespace clipscope {

struct QuestionView {
    enum class Kind { choice, number, text };
    Kind kind = Kind::text;
    QString ask{};
    QStringList options{};
    QString unit{};
    QString reply{};      // that was given; a number as number_text() writes it
    bool is_open = true;  // it can still be given, or changed
    QString feedback{};   // below it

    friend bool operator==(const QuestionView&, const QuestionView&) = default;
};

class QuestionBox : public QGroupBox {
    Q_OBJECT
public:
    // "Your prediction", "Note it".
    QuestionBox(const QString& title, const QString& button, const QString& button_tip, QWidget* parent = nullptr);

    // What is typed and not given yet stays, as long as the question is the same.
    void set_view(const QuestionView& view);
    const QuestionView& view() const { return view_; }

Q_SIGNALS:
    void replied(const QString& text);  // an option, a number with a point, or a text

private:
    void build_fields();
    void reply();
    std::optional<QString> typed() const;  // nothing where there is nothing, or no number
    void follow();

    QuestionView view_;
    QLabel* ask_;
    QVBoxLayout* fields_;
    QButtonGroup* options_ = nullptr;
    QLineEdit* number_ = nullptr;
    QPlainTextEdit* text_ = nullptr;
    QPushButton* button_;
    QLabel* feedback_;
};

}  // namespace clipscope
