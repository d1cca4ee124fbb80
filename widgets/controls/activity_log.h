// What happened and when: lines with a time stamp, to be read, copied and cleared. Keeps the last 5,000 lines. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
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
    // From before this start: at the top, muted, as they are.
    void show_earlier(const QStringList& lines);

Q_SIGNALS:
    void noted(const QString& line);  // as it stands there, without its time

private:
    void add(const QString& line, bool is_error);

    QPlainTextEdit* lines_;
};

}  // namespace clipscope
