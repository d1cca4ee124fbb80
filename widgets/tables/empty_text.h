// Says in an empty table what will fill it. Belongs to the view and goes with it. GUI thread.
#pragma once

#include <QLabel>

class QAbstractItemView;

namespace clipscope {

class EmptyText : public QLabel {
    Q_OBJECT
public:
    EmptyText(const QString& text, QAbstractItemView& view);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void update_text();

    QAbstractItemView& view_;
};

}  // namespace clipscope
