// What happened and when: lines with a time stamp, to be read, copied and cleared. Keeps the last 5,000 lines. GUI thread.
#pragma once

#include <QString>
#include <QWidget>

class QPlainTextEdit;

namespace clipscope {

class ActivityLog : public QWidget {
    Q_OBJECT
public:
    explicit ActivityLog(QWidget* parent = nullptr);

    QString text() const;
    int line_count() const;
    QSize sizeHint() const override;

public Q_SLOTS:
    void append(const QString& line);
    void append_error(const QString& line);
    void copy() const;  // all of it, to the clipboard
    void clear();

private:
    void add(const QString& line, bool is_error);

    QPlainTextEdit* lines_;
};

}  // namespace clipscope
