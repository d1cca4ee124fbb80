#include "controls/question_box.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "common/number_text.h"
#include "controls/job_fields.h"
#include "controls/typed_numbers.h"

namespace clipscope {

QuestionBox::QuestionBox(const QString& title, const QString& button, const QString& button_tip, QWidget* parent)
    : QGroupBox(title, parent), ask_(new QLabel), fields_(new QVBoxLayout), button_(new QPushButton(button)), feedback_(new QLabel) {
    ask_->setWordWrap(true);
    feedback_->setWordWrap(true);
    feedback_->setTextFormat(Qt::MarkdownText);
    feedback_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    button_->setToolTip(button_tip);
    button_->setAutoDefault(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(ask_);
    layout->addLayout(fields_);
    auto* row = new QHBoxLayout;
    row->addWidget(button_);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addWidget(feedback_);
    connect(button_, &QPushButton::clicked, this, &QuestionBox::reply);
}

void QuestionBox::set_view(const QuestionView& view) {
    if (view == view_) return;
    const bool is_another = view.key != view_.key || view.kind != view_.kind || view.ask != view_.ask || view.options != view_.options ||
                            view.unit != view_.unit;
    const bool has_another_reply = view.reply != view_.reply;
    if (is_another && has_draft()) drafts_[view_.key] = *typed();
    view_ = view;
    ask_->setText(view.ask);
    if (is_another) build_fields();
    if (is_another || has_another_reply) show_text(is_another && drafts_.contains(view.key) ? drafts_.take(view.key) : view.reply);
    feedback_->setText(view.feedback);
    feedback_->setVisible(!view.feedback.isEmpty());
    follow();
}

QList<QWidget*> QuestionBox::tab_stops() const {
    QList<QWidget*> stops;
    for (QAbstractButton* option : options_ ? options_->buttons() : QList<QAbstractButton*>()) stops << option;
    if (number_) stops << number_;
    if (text_) stops << text_;
    return stops << button_;
}

void QuestionBox::show_text(const QString& text) {
    for (QAbstractButton* option : options_ ? options_->buttons() : QList<QAbstractButton*>())
        if (option->property("option").toString() == text) option->setChecked(true);
    if (number_) number_->setText(text);
    if (text_) text_->setPlainText(text);
}

void QuestionBox::build_fields() {
    while (QLayoutItem* item = fields_->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->setParent(nullptr);
            widget->deleteLater();  // its own signal may have led here
        }
        delete item;
    }
    delete options_;
    options_ = nullptr;
    number_ = nullptr;
    text_ = nullptr;
    if (view_.kind == QuestionView::Kind::choice) {
        options_ = new QButtonGroup(this);
        for (const QString& text : view_.options) {
            auto* option = new QRadioButton(QString(text).replace(QLatin1Char('&'), QLatin1String("&&")));
            option->setProperty("option", text);
            options_->addButton(option);
            fields_->addWidget(option);
            connect(option, &QRadioButton::toggled, this, &QuestionBox::follow);
        }
    } else if (view_.kind == QuestionView::Kind::number) {
        auto* row = new QWidget;
        auto* layout = new QHBoxLayout(row);
        layout->setContentsMargins(0, 0, 0, 0);
        number_ = new QLineEdit;
        name_field(*number_, view_.ask, tr("A number: 71.5, or 2e-5"));
        layout->addWidget(number_, 1);
        layout->addWidget(new QLabel(view_.unit));
        fields_->addWidget(row);
        connect(number_, &QLineEdit::textChanged, this, &QuestionBox::follow);
        connect(number_, &QLineEdit::returnPressed, this, &QuestionBox::reply);
    } else {
        text_ = new QPlainTextEdit;
        text_->setTabChangesFocus(true);
        text_->setFixedHeight(5 * fontMetrics().lineSpacing());
        name_field(*text_, view_.ask, tr("In your own words; a person reads it"));
        fields_->addWidget(text_);
        connect(text_, &QPlainTextEdit::textChanged, this, &QuestionBox::follow);
    }
}

std::optional<QString> QuestionBox::typed() const {
    if (options_) {
        const QAbstractButton* option = options_->checkedButton();
        return option ? std::optional(option->property("option").toString()) : std::nullopt;
    }
    if (number_) {
        const auto number = typed_number(number_->text());
        return number ? std::optional(QString::fromStdString(number_text(*number))) : std::nullopt;
    }
    const QString text = text_ ? text_->toPlainText().trimmed() : QString();
    return text.isEmpty() ? std::nullopt : std::optional(text);
}

void QuestionBox::follow() {
    const auto now = typed();
    const QList<QAbstractButton*> options = options_ ? options_->buttons() : QList<QAbstractButton*>();
    for (QAbstractButton* option : options) option->setEnabled(view_.is_open);
    if (number_) number_->setReadOnly(!view_.is_open);
    if (text_) text_->setReadOnly(!view_.is_open);
    button_->setEnabled(view_.is_open && now && *now != view_.reply);
}

void QuestionBox::reply() {
    const auto now = typed();
    if (now && button_->isEnabled()) Q_EMIT replied(*now);
}

}  // namespace clipscope
