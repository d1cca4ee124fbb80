#include "help_window.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextDocument>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace clipscope {
namespace {

constexpr QSize first_size(940, 680);

}  // namespace

HelpWindow::HelpWindow(const QString& title, const QString& markdown, QWidget* parent)
    : QDialog(parent), wanted_(new QLineEdit), count_(new QLabel), contents_(new QTreeWidget), page_(new QTextBrowser) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(title);
    page_->setOpenExternalLinks(true);
    page_->setMarkdown(markdown);
    page_->setAccessibleName(title);
    contents_->setHeaderHidden(true);
    contents_->setAccessibleName(tr("Contents"));
    fill_contents();
    auto* both = new QSplitter;
    both->addWidget(contents_);
    both->addWidget(page_);
    both->setStretchFactor(1, 1);
    both->setSizes({240, 700});
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(build_search());
    layout->addWidget(both, 1);
    resize(first_size.boundedTo(screen()->availableSize() - QSize(8, 40)));
    wanted_->setFocus();
}

QLayout* HelpWindow::build_search() {
    wanted_->setPlaceholderText(tr("Search"));
    wanted_->setClearButtonEnabled(true);
    wanted_->setAccessibleName(tr("Search"));
    wanted_->setToolTip(tr("Enter goes to the next place, Shift+F3 to the one before"));
    auto* next = new QPushButton(tr("&Next"));
    auto* previous = new QPushButton(tr("&Previous"));
    for (QPushButton* button : {next, previous}) button->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(wanted_, 1);
    row->addWidget(count_);
    row->addWidget(previous);
    row->addWidget(next);
    connect(wanted_, &QLineEdit::textChanged, this, &HelpWindow::search);
    connect(wanted_, &QLineEdit::returnPressed, this, [this] { go_to_match(1); });
    connect(next, &QPushButton::clicked, this, [this] { go_to_match(1); });
    connect(previous, &QPushButton::clicked, this, [this] { go_to_match(-1); });
    connect(new QShortcut(QKeySequence::Find, this), &QShortcut::activated, this, [this] {
        wanted_->setFocus(Qt::ShortcutFocusReason);
        wanted_->selectAll();
    });
    connect(new QShortcut(QKeySequence::FindNext, this), &QShortcut::activated, this, [this] { go_to_match(1); });
    connect(new QShortcut(QKeySequence::FindPrevious, this), &QShortcut::activated, this, [this] { go_to_match(-1); });
    return row;
}

void HelpWindow::fill_contents() {
    QTreeWidgetItem* chapter = nullptr;
    for (QTextBlock block = page_->document()->begin(); block.isValid(); block = block.next()) {
        const int level = block.blockFormat().headingLevel();
        if (level < 1) continue;
        QTreeWidgetItem* above = level > 2 ? chapter : nullptr;
        auto* item = above != nullptr ? new QTreeWidgetItem(above) : new QTreeWidgetItem(contents_);
        item->setText(0, block.text());
        item->setData(0, Qt::UserRole, block.position());
        if (level <= 2) chapter = item;
    }
    contents_->expandAll();
    connect(contents_, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem* item) {
        if (item == nullptr) return;
        QTextCursor place(page_->document());
        // From the end back, so that the heading comes to the top.
        place.movePosition(QTextCursor::End);
        page_->setTextCursor(place);
        place.setPosition(item->data(0, Qt::UserRole).toInt());
        page_->setTextCursor(place);
        page_->verticalScrollBar()->setValue(page_->verticalScrollBar()->value() + page_->cursorRect().top());
    });
}

void HelpWindow::search(const QString& text) {
    matches_.clear();
    current_ = -1;
    if (!text.trimmed().isEmpty()) {
        QTextCursor place(page_->document());
        for (place = page_->document()->find(text, place); !place.isNull(); place = page_->document()->find(text, place)) matches_ << place;
    }
    go_to_match(1);
}

void HelpWindow::go_to_match(int step) {
    if (!matches_.isEmpty()) {
        const auto count = int(matches_.size());
        current_ = (std::max(current_, step < 0 ? 0 : -1) + step + count) % count;
        QTextCursor place = matches_[current_];
        place.clearSelection();
        page_->setTextCursor(place);
        page_->ensureCursorVisible();
    }
    show_matches();
}

void HelpWindow::show_matches() {
    QList<QTextEdit::ExtraSelection> marks;
    for (qsizetype i = 0; i < matches_.size(); ++i) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = matches_[i];
        const QColor strong = palette().color(QPalette::Highlight);
        if (i == current_) {
            mark.format.setBackground(strong);
            mark.format.setForeground(palette().color(QPalette::HighlightedText));
        } else {
            QColor pale = strong;
            pale.setAlphaF(0.3F);
            mark.format.setBackground(pale);
        }
        marks << mark;
    }
    page_->setExtraSelections(marks);
    if (wanted_->text().trimmed().isEmpty())
        count_->clear();
    else
        count_->setText(matches_.isEmpty() ? tr("not found") : tr("%1 of %2").arg(current_ + 1).arg(matches_.size()));
}

}  // namespace clipscope
