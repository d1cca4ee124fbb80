#include "tables/protection_delegate.h"

#include <QComboBox>
#include <QTimer>

#include "controls/job_fields.h"
#include "protection/protection.h"

namespace clipscope {

QWidget* ProtectionDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const {
    auto* box = new QComboBox(parent);
    name_field(*box, tr("Protected by"), tr("How the memory that holds these weights is protected"));
    box->addItem(tr("none"));
    box->setItemData(0, tr("Words are read as they are stored"), Qt::ToolTipRole);
    for (const ProtectionExample& example : memory_protection_examples()) {
        box->addItem(QString::fromStdString(example.id));
        box->setItemData(box->count() - 1, QString::fromStdString(example.summary), Qt::ToolTipRole);
    }
    auto* self = const_cast<ProtectionDelegate*>(this);
    connect(box, &QComboBox::activated, self, [self, box] {
        Q_EMIT self->commitData(box);
        Q_EMIT self->closeEditor(box);
    });
    QTimer::singleShot(0, box, &QComboBox::showPopup);
    return box;
}

void ProtectionDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    auto* box = qobject_cast<QComboBox*>(editor);
    box->setCurrentIndex(box->findText(index.data(Qt::EditRole).toString()));
}

void ProtectionDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const {
    const auto* box = qobject_cast<QComboBox*>(editor);
    if (box->currentIndex() >= 0) model->setData(index, box->currentText(), Qt::EditRole);
}

// Room for the longest of the list, so that a choice cuts nothing off.
QSize ProtectionDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    return size.expandedTo({option.fontMetrics.horizontalAdvance(QStringLiteral("sec-ded-72-64")) + 12, 0});
}

}  // namespace clipscope
