// A question of a lab with its answer: a choice, a number with its unit, or a text; a button that notes it, and what came of it. GUI
// thread.
#pragma once

#include <QGroupBox>
#include <QMap>
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
    QString key{};        // whose question it is: what is typed and not given is kept for each

    friend bool operator==(const QuestionView&, const QuestionView&) = default;
};

class QuestionBox : public QGroupBox {
    Q_OBJECT
public:
    // "Your prediction", "Note it".
    QuestionBox(const QString& title, const QString& button, const QString& button_tip, QWidget* parent = nullptr);

    // What is typed and not given yet stays, and comes back with the question.
    void set_view(const QuestionView& view);
    // Whether something is typed that was not given.
    bool has_draft() const { return view_.is_open && typed() && *typed() != view_.reply; }
    const QuestionView& view() const { return view_; }
    // What takes the keys, in the order of Tab.
    QList<QWidget*> tab_stops() const;

Q_SIGNALS:
    void replied(const QString& text);  // an option, a number with a point, or a text

private:
    void build_fields();
    void reply();
    std::optional<QString> typed() const;  // nothing where there is nothing, or no number
    void follow();

    void show_text(const QString& text);

    QuestionView view_;
    QMap<QString, QString> drafts_;
    QLabel* ask_;
    QVBoxLayout* fields_;
    QButtonGroup* options_ = nullptr;
    QLineEdit* number_ = nullptr;
    QPlainTextEdit* text_ = nullptr;
    QPushButton* button_;
    QLabel* feedback_;
};

}  // namespace clipscope
