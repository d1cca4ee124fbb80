#include "controls/activity_log.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QMenu>
#include <QPlainTextEdit>
#include <QTextCharFormat>
#include <QTextCursor>
#include <QTime>
#include <QVBoxLayout>

#include "theme/theme.h"

namespace clipscope {

ActivityLog::ActivityLog(QWidget* parent) : QWidget(parent), lines_(new QPlainTextEdit) {
    lines_->setReadOnly(true);
    lines_->setUndoRedoEnabled(false);
    lines_->setMaximumBlockCount(5000);
    lines_->setFrameShape(QFrame::NoFrame);
    lines_->setFont(tabular(font()));
    lines_->setAccessibleName(tr("Activity log"));
    lines_->setPlaceholderText(tr("What the program does is noted here: jobs, files, errors."));
    lines_->setToolTip(tr("What happened and when; right-click to copy or clear"));
    lines_->setContextMenuPolicy(Qt::CustomContextMenu);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(lines_);
    setFocusProxy(lines_);
    connect(lines_, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) {
        QMenu menu(this);
        QAction* selection = menu.addAction(tr("Copy &selection"), lines_, &QPlainTextEdit::copy);
        selection->setEnabled(lines_->textCursor().hasSelection());
        menu.addAction(tr("&Copy all"), this, &ActivityLog::copy);
        menu.addSeparator();
        menu.addAction(tr("C&lear"), this, &ActivityLog::clear);
        menu.exec(lines_->viewport()->mapToGlobal(position));
    });
}

QString ActivityLog::text() const {
    return lines_->toPlainText();
}

int ActivityLog::line_count() const {
    return lines_->document()->isEmpty() ? 0 : lines_->blockCount();
}

QSize ActivityLog::sizeHint() const {
    return {480, 110};
}

void ActivityLog::append(const QString& line) {
    add(line, false);
}

void ActivityLog::append_error(const QString& line) {
    add(line, true);
}

void ActivityLog::copy() const {
    QApplication::clipboard()->setText(text());
}

void ActivityLog::clear() {
    lines_->clear();
}

void ActivityLog::add(const QString& line, bool is_error) {
    const Theme theme = Theme::screen(palette(), font());
    // Errors keep their mark in words, too: colour alone does not survive copying.
    const QString marked = is_error ? tr("Error: %1").arg(line) : line;
    lines_->appendHtml(QStringLiteral("<span style=\"color:%1\">%2</span>&nbsp; <span style=\"color:%3;white-space:pre-wrap\">%4</span>")
                           .arg(theme.muted.name(), QTime::currentTime().toString(QStringLiteral("HH:mm:ss")),
                                is_error ? theme.error.name() : theme.text.name(), marked.toHtmlEscaped()));
    Q_EMIT noted(marked);
}

void ActivityLog::show_earlier(const QStringList& lines) {
    const Theme theme = Theme::screen(palette(), font());
    for (const QString& line : lines)
        lines_->appendHtml(
            QStringLiteral("<span style=\"color:%1;white-space:pre-wrap\">%2</span>").arg(theme.muted.name(), line.toHtmlEscaped()));
}

}  // namespace clipscope
