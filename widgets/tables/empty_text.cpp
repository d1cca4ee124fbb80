#include "tables/empty_text.h"

#include <QAbstractItemView>
#include <QEvent>

namespace clipscope {

EmptyText::EmptyText(const QString& text, QAbstractItemView& view) : QLabel(text, view.viewport()), view_(view) {
    setObjectName(QStringLiteral("empty_text"));
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setAlignment(Qt::AlignCenter);
    setMargin(16);
    setForegroundRole(QPalette::PlaceholderText);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    view.viewport()->installEventFilter(this);
    const QAbstractItemModel* model = view.model();
    connect(model, &QAbstractItemModel::rowsInserted, this, &EmptyText::update_text);
    connect(model, &QAbstractItemModel::rowsRemoved, this, &EmptyText::update_text);
    connect(model, &QAbstractItemModel::modelReset, this, &EmptyText::update_text);
    update_text();
}

void EmptyText::update_text() {
    setGeometry(view_.viewport()->rect());
    setVisible(view_.model()->rowCount() == 0);
}

bool EmptyText::eventFilter(QObject*, QEvent* event) {
    if (event->type() == QEvent::Resize) setGeometry(view_.viewport()->rect());
    return false;
}

}  // namespace clipscope
